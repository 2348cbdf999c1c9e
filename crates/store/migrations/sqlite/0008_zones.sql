-- The time zone that a person reads times in, by its IANA name; without one, the browser's.
ALTER TABLE users ADD COLUMN zone TEXT;
