-- What SQLite itself refuses. Statements are set apart by blank lines.
-- INSERT OR REPLACE deletes rows without asking the triggers of DELETE: it is refused before.
CREATE TRIGGER audit_events_change BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'a stored audit event cannot be changed'); END;

CREATE TRIGGER audit_events_delete BEFORE DELETE ON audit_events
BEGIN
  SELECT RAISE(ABORT, 'a legal hold is on the audit event') WHERE EXISTS (
    SELECT 1 FROM legal_holds
    WHERE correlation_id = OLD.correlation_id AND released_at IS NULL
  );
  SELECT RAISE(ABORT, 'the time of keeping of the audit event is not over')
    WHERE date(OLD.event_date, '+' || OLD.retention_days || ' days') >= date('now');
END;

CREATE TRIGGER audit_events_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'what is stored cannot be replaced'); END;

CREATE TRIGGER event_identities_change BEFORE UPDATE ON event_identities
BEGIN SELECT RAISE(ABORT, 'the identity of a stored audit event cannot be changed or deleted'); END;

CREATE TRIGGER event_identities_delete BEFORE DELETE ON event_identities
WHEN EXISTS (SELECT 1 FROM audit_events WHERE sequence = OLD.sequence)
BEGIN SELECT RAISE(ABORT, 'the identity of a stored audit event cannot be changed or deleted'); END;

CREATE TRIGGER event_identities_replace BEFORE INSERT ON event_identities
WHEN EXISTS (SELECT 1 FROM event_identities WHERE event_id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'what is stored cannot be replaced'); END;

CREATE TRIGGER legal_holds_change BEFORE UPDATE ON legal_holds
WHEN NOT (
  OLD.released_at IS NULL AND NEW.released_at IS NOT NULL
  AND (NEW.sequence, NEW.correlation_id, NEW.reason, NEW.placed_by, NEW.placed_at)
    = (OLD.sequence, OLD.correlation_id, OLD.reason, OLD.placed_by, OLD.placed_at)
)
BEGIN SELECT RAISE(ABORT, 'a legal hold cannot be deleted, and changes only when it ends'); END;

CREATE TRIGGER legal_holds_delete BEFORE DELETE ON legal_holds
BEGIN SELECT RAISE(ABORT, 'a legal hold cannot be deleted, and changes only when it ends'); END;

CREATE TRIGGER legal_holds_replace BEFORE INSERT ON legal_holds
WHEN EXISTS (
  SELECT 1 FROM legal_holds
  WHERE sequence = NEW.sequence OR correlation_id = NEW.correlation_id AND released_at IS NULL
)
BEGIN SELECT RAISE(ABORT, 'what is stored cannot be replaced'); END;
