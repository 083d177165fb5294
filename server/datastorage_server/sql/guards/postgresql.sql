-- What PostgreSQL itself refuses. Statements are set apart by blank lines.
-- A session cannot put tables of its own in front of those that the functions ask: their path is
-- fixed, and whoever calls them does not choose it. SQLSTATE 23001 is restrict_violation.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$ BEGIN RAISE EXCEPTION 'a stored audit event cannot be changed' USING ERRCODE = '23001'; END $$;

CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$ BEGIN RAISE EXCEPTION 'audit events and legal holds cannot be truncated' USING ERRCODE = '23001'; END $$;

CREATE FUNCTION refuse_identity() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$ BEGIN
  IF TG_OP = 'UPDATE' OR EXISTS (
    SELECT FROM audit_events found
    WHERE found.sequence = OLD.sequence AND found.event_date = OLD.event_date
  ) THEN
    RAISE EXCEPTION 'the identity of a stored audit event cannot be changed or deleted' USING ERRCODE = '23001';
  END IF;
  RETURN OLD;
END $$;

CREATE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$ BEGIN
  -- Whoever places a hold now is waited for, or waits until this is done.
  PERFORM FROM chain_heads WHERE correlation_id = OLD.correlation_id FOR SHARE;
  IF EXISTS (
    SELECT FROM legal_holds
    WHERE correlation_id = OLD.correlation_id AND released_at IS NULL
  ) THEN
    RAISE EXCEPTION 'a legal hold is on the audit event' USING ERRCODE = '23001';
  END IF;
  IF OLD.event_date + OLD.retention_days >= (now() AT TIME ZONE 'UTC')::date THEN
    RAISE EXCEPTION 'the time of keeping of the audit event is not over' USING ERRCODE = '23001';
  END IF;
  RETURN OLD;
END $$;

CREATE FUNCTION refuse_hold() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$ BEGIN
  IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL AND NEW.released_at IS NOT NULL
    AND (NEW.sequence, NEW.correlation_id, NEW.reason, NEW.placed_by, NEW.placed_at)
      = (OLD.sequence, OLD.correlation_id, OLD.reason, OLD.placed_by, OLD.placed_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a legal hold cannot be deleted, and changes only when it ends' USING ERRCODE = '23001';
END $$;

CREATE TRIGGER refuse_change BEFORE UPDATE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER refuse_delete BEFORE DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse_delete();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON audit_events
  EXECUTE FUNCTION refuse_truncate();

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON event_identities
  FOR EACH ROW EXECUTE FUNCTION refuse_identity();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON event_identities
  EXECUTE FUNCTION refuse_truncate();

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON legal_holds
  FOR EACH ROW EXECUTE FUNCTION refuse_hold();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON legal_holds
  EXECUTE FUNCTION refuse_truncate();
