-- +goose Up
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE TABLE IF NOT EXISTS resource_references (
    id BIGSERIAL PRIMARY KEY,
    name VARCHAR(253) NOT NULL
);

-- +goose Down
DROP TABLE IF EXISTS resource_references;
