-- +goose Up
-- The audit trail: one row an event, one partition a month.
CREATE TABLE IF NOT EXISTS audit_events (
    event_id UUID NOT NULL DEFAULT gen_random_uuid(),
    version VARCHAR(20) NOT NULL DEFAULT '1.0',
    event_timestamp TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW(),
    event_date DATE NOT NULL,
    event_type VARCHAR(100) NOT NULL,
    event_data JSONB NOT NULL,
    correlation_id VARCHAR(255) NOT NULL,
    PRIMARY KEY (event_id, event_date)
) PARTITION BY RANGE (event_date);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION set_audit_event_date() RETURNS TRIGGER AS $$
BEGIN
    NEW.event_date := NEW.event_timestamp::DATE;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

CREATE TRIGGER trg_set_audit_event_date
    BEFORE INSERT ON audit_events
    FOR EACH ROW EXECUTE FUNCTION set_audit_event_date();

DO $$
DECLARE
    month DATE := date_trunc('month', CURRENT_DATE - INTERVAL '7 days');
BEGIN
    FOR i IN 0..4 LOOP
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS audit_events_%s PARTITION OF audit_events FOR VALUES FROM (%L) TO (%L)',
            to_char(month + i * INTERVAL '1 month', 'YYYY_MM'),
            month + i * INTERVAL '1 month', month + (i + 1) * INTERVAL '1 month');
    END LOOP;
END $$;

-- +goose Down
DROP TRIGGER IF EXISTS trg_set_audit_event_date ON audit_events;
DROP FUNCTION IF EXISTS set_audit_event_date();
DROP TABLE IF EXISTS audit_events CASCADE;
