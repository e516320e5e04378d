-- The ground: what one account knows.  One file holds one account; nothing here names another account.
--
-- How to read it.  A column's suffix is its unit: _at UTC milliseconds, _minor money in minor units, _pct 0..100,
-- _secs seconds, _days days, _count a number of things; a `day` counts days since 1970-01-01 in the
-- account's zone.  `uuid` is a row's public name and part of the authenticated context of its sealed columns;
-- *_uuid names another row by it, without a foreign key, so that events may be purged.  A column named *_sealed is AES-256-GCM under a key
-- of its own (account, table, column); *_blind is a keyed digest for equality look-up and nothing else.
-- Integer ids are for joins and for authenticated callers (the seeds' contact_id and lead_id); they are never
-- reused where a caller may have kept one (AUTOINCREMENT).  There are no triggers but the audit guard: what
-- follows from an event is written in lib/funnel/react.c, where it can be read and stepped through.

-- The account itself: exactly one row.  data_key_wrapped is the key of everything sealed, itself sealed by
-- the master key, so that this file with the master key is readable and without it is not.
CREATE TABLE account (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    uuid             BLOB    NOT NULL CHECK (length(uuid) = 16),
    slug             TEXT    NOT NULL CHECK (length(slug) BETWEEN 2 AND 40),
    name             TEXT    NOT NULL,
    time_zone        TEXT    NOT NULL,
    currency         TEXT    NOT NULL CHECK (length(currency) = 3),
    data_key_wrapped BLOB    NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;

-- A workspace is a team or an outside system (a CRM) that exchanges contacts inside the account.  `slug` is
-- the seeds' workspace_id: chosen by the caller, unique.
CREATE TABLE workspace (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    slug        TEXT    NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64),
    name        TEXT    NOT NULL,
    isolated    INTEGER NOT NULL DEFAULT 0 CHECK (isolated IN (0, 1)), -- 1: by-id access is narrowed too
    created_at  INTEGER NOT NULL,
    archived_at INTEGER
) STRICT;

-- What a signed-in person may do.  The rows are the product's, so they stand here and not in code.
CREATE TABLE role (
    name         TEXT PRIMARY KEY,
    scopes       TEXT NOT NULL, -- of read, update, convert, export, admin; separated by blanks
    sees_people  INTEGER NOT NULL CHECK (sees_people IN (0, 1)), -- else personal fields are masked
    description  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO role (name, scopes, sees_people, description) VALUES
    ('owner',      'read update convert export admin', 1, 'Everything, other owners included'),
    ('admin',      'read update convert export admin', 1, 'Everything but owners'),
    ('operator',   'read update convert',              1, 'Works with contacts, logs conversions'),
    ('analyst',    'read',                             0, 'Numbers; personal fields masked'),
    ('pii_viewer', 'read',                             1, 'Numbers and people, changes nothing');

-- A person who signs in.  `credential_version` is raised by a new password, a new role or "sign out
-- everywhere", which ends the logins made before.
CREATE TABLE user (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid               BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
    email_sealed       BLOB    NOT NULL,
    email_blind        BLOB    NOT NULL UNIQUE CHECK (length(email_blind) = 16),
    name_sealed        BLOB,
    password_hash      TEXT,                     -- yescrypt; NULL until the person has chosen one
    role               TEXT    NOT NULL REFERENCES role (name),
    credential_version INTEGER NOT NULL DEFAULT 1,
    created_at         INTEGER NOT NULL,
    disabled_at        INTEGER
) STRICT;

-- A key for programs.  The key itself is shown once; kept are its public part and a keyed digest.  A key
-- without workspace is an admin key of the account.
CREATE TABLE api_key (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id    TEXT    NOT NULL UNIQUE CHECK (length(public_id) = 8),
    digest       BLOB    NOT NULL CHECK (length(digest) = 32),
    label        TEXT    NOT NULL,
    workspace_id INTEGER REFERENCES workspace (id),
    scopes       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    revoked_at   INTEGER
) STRICT;

-- A funnel leads from a registration page over a watch page to an offer.  goal_kind says which conversion
-- counts; window_days how long a person has for it.  changed_at moves with every change of its settings.
CREATE TABLE funnel (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid        BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
    slug        TEXT    NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64),
    name        TEXT    NOT NULL,
    goal_kind   TEXT    NOT NULL DEFAULT 'either' CHECK (goal_kind IN ('sale', 'appointment', 'either')),
    window_days INTEGER NOT NULL DEFAULT 30 CHECK (window_days BETWEEN 1 AND 3650),
    status      TEXT    NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL
) STRICT;

-- A page of a funnel, found by its slug inside the funnel.  Its kind decides what a view of it means.
CREATE TABLE page (
    id         INTEGER PRIMARY KEY,
    funnel_id  INTEGER NOT NULL REFERENCES funnel (id),
    slug       TEXT    NOT NULL CHECK (length(slug) BETWEEN 1 AND 64),
    kind       TEXT    NOT NULL CHECK (kind IN ('registration', 'watch', 'offer', 'thanks', 'other')),
    created_at INTEGER NOT NULL,
    UNIQUE (funnel_id, slug)
) STRICT;

CREATE TABLE video (
    id            INTEGER PRIMARY KEY,
    slug          TEXT    NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64),
    title         TEXT    NOT NULL,
    duration_secs INTEGER CHECK (duration_secs > 0),
    provider      TEXT,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE offer (
    id          INTEGER PRIMARY KEY,
    slug        TEXT    NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64),
    name        TEXT    NOT NULL,
    price_minor INTEGER CHECK (price_minor >= 0),
    currency    TEXT    CHECK (length(currency) = 3),
    created_at  INTEGER NOT NULL
) STRICT;

-- Where a visit came from, each combination once: the five UTM fields, the referring host, the referral code and
-- the kind of click id (never its value); trimmed, lower-cased, '' where there was none, so that the whole row can
-- be the key.  Events,
-- sessions, leads and touchpoints point here: a million events name a few hundred sources.
CREATE TABLE source (
    id            INTEGER PRIMARY KEY,
    utm_source    TEXT NOT NULL,
    utm_medium    TEXT NOT NULL,
    utm_campaign  TEXT NOT NULL,
    utm_content   TEXT NOT NULL,
    utm_term      TEXT NOT NULL,
    referrer_host TEXT NOT NULL,
    referral_code TEXT NOT NULL,
    click_kind    TEXT NOT NULL, -- gclid, msclkid, fbclid, ttclid, li_fat_id, twclid
    UNIQUE (utm_source, utm_medium, utm_campaign, utm_content, utm_term, referrer_host, referral_code, click_kind)
) STRICT;

-- A user agent string, once, sealed: beyond its family it can tell people apart.  What it says of device and
-- machine is worked out later, by versioned rules.
CREATE TABLE agent (
    id          INTEGER PRIMARY KEY,
    uuid        BLOB NOT NULL CHECK (length(uuid) = 16),
    text_blind  BLOB NOT NULL UNIQUE CHECK (length(text_blind) = 16),
    text_sealed BLOB NOT NULL
) STRICT;

-- A browser, before and beside identification; never a person.  Its key is a keyed digest: of the day's salt,
-- address and agent (kind day), of an id that the person consented to (consent), or of what an import tells visitors
-- apart by (import).  The digest of a day key leads with the day, so that new ones land at one place of the index.  It does not point at a contact, because two people behind one gateway share it.
CREATE TABLE visitor (
    id         INTEGER PRIMARY KEY,
    key_blind  BLOB    NOT NULL UNIQUE CHECK (length(key_blind) = 16),
    kind       TEXT    NOT NULL CHECK (kind = 'day' OR kind = 'consent' OR kind = 'import'),
    created_at INTEGER NOT NULL
) STRICT;

-- One human in this account.  The first columns and the names are a fold over the contact's events in (at, uuid)
-- order and follow it whatever order they arrive in; last_event_at and last_event_uuid are the fold's position.
-- last_seen_at is the newest thing the person did: a delivery report is no sign of life.  001's columns are written by
-- conversions and by PATCH.  merged_into_id keeps an old id working after a merge.  Erasure points every row of the
-- person at a nameless stand-in and deletes this one; a stand-in has erased_at and nothing sealed.
CREATE TABLE contact (
    id                          INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid                        BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
    first_seen_at               INTEGER NOT NULL,
    last_seen_at                INTEGER NOT NULL,
    last_event_at               INTEGER NOT NULL,
    last_event_uuid             BLOB    NOT NULL CHECK (length(last_event_uuid) = 16),
    visit_count                 INTEGER NOT NULL DEFAULT 0 CHECK (visit_count >= 0), -- sessions in which they were the first one known
    order_count                 INTEGER NOT NULL DEFAULT 0,
    conversion_count            INTEGER NOT NULL DEFAULT 0,
    lifetime_value_minor        INTEGER NOT NULL DEFAULT 0, -- approved sales minus reversals, account currency
    webhook_count               INTEGER NOT NULL DEFAULT 0, -- the newest outbox.contact_seq: it never restarts
    value_tier                  TEXT    NOT NULL DEFAULT 'prospect'
                                CHECK (value_tier = 'prospect' OR value_tier = 'customer' OR value_tier = 'repeat_buyer' OR value_tier = 'champion'),
    recency_state               TEXT    NOT NULL DEFAULT 'active'
                                CHECK (recency_state = 'active' OR recency_state = 'at_risk' OR recency_state = 'churned'),
    sent_from_workspace_id      INTEGER REFERENCES workspace (id),
    converted_from_workspace_id INTEGER REFERENCES workspace (id),
    converted_at                INTEGER,
    converted_by                TEXT,
    merged_into_id              INTEGER REFERENCES contact (id),
    erased_at                   INTEGER,
    created_at                  INTEGER NOT NULL,
    email_sealed                BLOB,
    first_name_sealed           BLOB,
    last_name_sealed            BLOB,
    phone_sealed                BLOB,
    custom_sealed               BLOB, -- JSON object: the forms' own fields, a part of the fold
    metadata_sealed             BLOB, -- JSON object: 001's custom_metadata, written by PATCH alone
    CHECK (erased_at IS NULL OR coalesce(email_sealed, first_name_sealed, last_name_sealed, phone_sealed,
                                         custom_sealed, metadata_sealed, converted_by) IS NULL)
) STRICT;
CREATE INDEX contact_merged ON contact (merged_into_id) WHERE merged_into_id IS NOT NULL;

-- What a contact is known by: each value belongs to one contact.  value_blind is keyed, so that an address can be
-- found and not read.  A phone that two contacts give stays the first one's; the second is a possible duplicate.
CREATE TABLE identity (
    kind        TEXT    NOT NULL CHECK (kind = 'email' OR kind = 'phone' OR kind = 'external' OR kind = 'consent'),
    value_blind BLOB    NOT NULL CHECK (length(value_blind) = 16),
    contact_id  INTEGER NOT NULL REFERENCES contact (id),
    verified_at INTEGER,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (kind, value_blind)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_contact ON identity (contact_id);

-- The one fact log.  `seq` is the order of commit: settling counts past it.  `uuid` is the event's identity, led by
-- its time, so that new keys land at the index's end; the same uuid again is the same event and is stored once.
-- `at` is when it happened, received_at when we learned of it.  `kind` is one of lib/funnel/kinds.c or the sender's
-- own name.  There is no session and no lead here: both are folds, found by (visitor, at) and (contact, funnel).
-- Three indexes, and no more, because indexes are what capture pays for: the identity, and a person's own history
-- as visitor and as contact.  An event is never changed, but for erasure, which points contact_id at a stand-in and
-- empties detail_sealed.  An event that names a contact is kept as long as the contact, for the folds stand on it;
-- anonymous ones may be purged by month.
CREATE TABLE event (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid          BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
    at            INTEGER NOT NULL,
    received_at   INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    origin        TEXT    NOT NULL CHECK (origin = 'web' OR origin = 'api' OR origin = 'hook' OR origin = 'import' OR origin = 'system'),
    visitor_id    INTEGER REFERENCES visitor (id),
    contact_id    INTEGER REFERENCES contact (id),
    workspace_id  INTEGER REFERENCES workspace (id),
    funnel_id     INTEGER REFERENCES funnel (id),
    page_id       INTEGER REFERENCES page (id),
    video_id      INTEGER REFERENCES video (id),
    offer_id      INTEGER REFERENCES offer (id),
    source_id     INTEGER REFERENCES source (id),
    agent_id      INTEGER REFERENCES agent (id),
    watch_pct     INTEGER CHECK (watch_pct BETWEEN 0 AND 100), -- of the video, watched by then
    watch_secs    INTEGER CHECK (watch_secs >= 0),             -- played by then, repeats counted
    value_minor   INTEGER,
    currency      TEXT,
    external_id   TEXT,             -- the sender's transaction or booking id
    bot_class     TEXT CHECK (bot_class = 'proxy' OR bot_class = 'machine' OR bot_class = 'suspect'), -- NULL: nothing speaks against a person
    detail_sealed BLOB              -- JSON object as sent: e-mail, names, phone, custom fields, props
) STRICT;
CREATE INDEX event_visitor ON event (visitor_id, at) WHERE visitor_id IS NOT NULL;
CREATE INDEX event_contact ON event (contact_id, at) WHERE contact_id IS NOT NULL;

-- The address that a registration came from, for 30 days, against abuse.  Sealed in the context of the event.
CREATE TABLE registration_address (
    event_seq  INTEGER PRIMARY KEY REFERENCES event (seq) ON DELETE CASCADE,
    ip_sealed  BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX registration_address_expiry ON registration_address (expires_at);

-- A visitor was here on a day, in a funnel (0: in none): the first event of (visitor, day, funnel) makes the row, and
-- the row is the unique visitor of that funnel.  opens_day marks the visitor's first row of the day, whatever the
-- funnel: their sum is the account's unique visitors.  `seq` is that event's: settling counts past it.
CREATE TABLE visitor_day (
    visitor_id INTEGER NOT NULL REFERENCES visitor (id),
    day        INTEGER NOT NULL,
    funnel_id  INTEGER NOT NULL,
    opens_day  INTEGER NOT NULL CHECK (opens_day IN (0, 1)),
    seq        INTEGER NOT NULL,
    PRIMARY KEY (visitor_id, day, funnel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX visitor_day_seq ON visitor_day (seq);

-- A run of a visitor's events with no silence over 30 minutes; a fold over them, known by its visitor and start,
-- so that folding anew gives the same rows.  last_event_uuid with end_at is the fold's position.  contact_id is the
-- first contact known in it.  source_id is the source of its first touchpoint, last_source_id of its newest; NULL
-- is direct.  Here and in touchpoint only what may be deleted has a foreign key: the rest is proved by the events.
CREATE TABLE session (
    visitor_id      INTEGER NOT NULL REFERENCES visitor (id),
    start_at        INTEGER NOT NULL,
    end_at          INTEGER NOT NULL,
    last_event_uuid BLOB    NOT NULL CHECK (length(last_event_uuid) = 16),
    contact_id      INTEGER REFERENCES contact (id),
    funnel_id       INTEGER, -- the first one it touched
    page_id         INTEGER,   -- the landing page
    source_id       INTEGER,
    last_source_id  INTEGER,
    agent_id        INTEGER,
    page_count      INTEGER NOT NULL,
    event_count     INTEGER NOT NULL,
    interactive     INTEGER NOT NULL CHECK (interactive IN (0, 1)), -- anything but looking; else one page is a bounce
    PRIMARY KEY (visitor_id, start_at),
    CHECK (start_at <= end_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_contact ON session (contact_id) WHERE contact_id IS NOT NULL;

-- What may earn credit for a conversion: the first event of a session with a source, a change of source inside
-- it, or an inbound act (a reply, a click in a mail).  Unclaimed (contact_id NULL) until a registration in the
-- same session claims it.  Direct visits are no touchpoints: they get credit only when there is no other.
CREATE TABLE touchpoint (
    event_uuid BLOB    PRIMARY KEY CHECK (length(event_uuid) = 16),
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    visitor_id INTEGER REFERENCES visitor (id),
    contact_id INTEGER REFERENCES contact (id),
    funnel_id  INTEGER,
    source_id  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX touchpoint_visitor ON touchpoint (visitor_id, at) WHERE visitor_id IS NOT NULL;
CREATE INDEX touchpoint_contact ON touchpoint (contact_id, at) WHERE contact_id IS NOT NULL;

-- A contact's passage through one funnel.  Each dimension has one owner (docs/glossary.md): funnel_stage only rises
-- and, like the times and watch columns, is a fold over the contact's events there; pipeline_stage, disposition and
-- outreach_state are moved by people, rules and conversions.  watch_band is worked out from watch_pct.
CREATE TABLE lead (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id           INTEGER NOT NULL REFERENCES contact (id),
    funnel_id            INTEGER NOT NULL REFERENCES funnel (id),
    cycle                INTEGER NOT NULL DEFAULT 1,
    funnel_stage         TEXT    NOT NULL
                         CHECK (funnel_stage = 'lead' OR funnel_stage = 'engaged' OR funnel_stage = 'watching' OR funnel_stage = 'offer_viewed' OR funnel_stage = 'converted'),
    watch_pct            INTEGER NOT NULL DEFAULT 0 CHECK (watch_pct BETWEEN 0 AND 100),
    watch_secs           INTEGER NOT NULL DEFAULT 0 CHECK (watch_secs >= 0),
    watch_band           TEXT    CHECK (watch_band = 'no_show' OR watch_band = 'skimmer' OR watch_band = 'sampler' OR watch_band = 'engaged' OR watch_band = 'hot'),
    pipeline_stage       TEXT    NOT NULL DEFAULT 'new'
                         CHECK (pipeline_stage = 'new' OR pipeline_stage = 'contacted' OR pipeline_stage = 'qualified' OR pipeline_stage = 'engaged' OR pipeline_stage = 'opportunity' OR pipeline_stage = 'customer' OR pipeline_stage = 'churned' OR pipeline_stage = 'lost'),
    disposition          TEXT    NOT NULL DEFAULT 'open' CHECK (disposition = 'open' OR disposition = 'won' OR disposition = 'lost' OR disposition = 'rejected'),
    outreach_state       TEXT    NOT NULL DEFAULT 'new' CHECK (outreach_state = 'new' OR outreach_state = 'in_progress' OR outreach_state = 'contacted'),
    origin               TEXT    NOT NULL CHECK (origin = 'web' OR origin = 'api' OR origin = 'hook' OR origin = 'import' OR origin = 'system'),
    source_id            INTEGER REFERENCES source (id), -- at registration: UTM, referrer, referral code
    registration_page_id INTEGER REFERENCES page (id),
    workspace_id         INTEGER REFERENCES workspace (id),
    first_event_at       INTEGER NOT NULL,
    last_event_at        INTEGER NOT NULL,
    registered_at        INTEGER, -- of each, the first time
    confirmed_at         INTEGER,
    viewed_at            INTEGER, -- saw the watch page or played the video
    played_at            INTEGER,
    replayed_at          INTEGER,
    offer_viewed_at      INTEGER,
    UNIQUE (contact_id, funnel_id, cycle)
) STRICT;
CREATE INDEX lead_funnel ON lead (funnel_id, registered_at);

-- Every move of a lead along one dimension.  A stage is left when the next row of its dimension begins, so the stage
-- before, the exit and the duration are not stored.  Rows moved by events carry the event and are rewritten when the
-- person is folded anew; rows moved by people carry an actor and a reason.
CREATE TABLE stage_history (
    lead_id       INTEGER NOT NULL REFERENCES lead (id),
    dimension     TEXT    NOT NULL CHECK (dimension = 'funnel_stage' OR dimension = 'watch_band' OR dimension = 'pipeline_stage' OR dimension = 'disposition' OR dimension = 'outreach_state'),
    entered_at    INTEGER NOT NULL,
    stage         TEXT    NOT NULL,
    event_uuid    BLOB    CHECK (length(event_uuid) = 16),
    actor         TEXT,
    uuid          BLOB    CHECK (length(uuid) = 16), -- of rows with a reason: its sealed context
    reason_sealed BLOB,
    PRIMARY KEY (lead_id, dimension, entered_at, stage),
    CHECK (event_uuid IS NOT NULL OR actor IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- The same for the dimensions of a contact.
CREATE TABLE contact_stage_history (
    contact_id INTEGER NOT NULL REFERENCES contact (id),
    dimension  TEXT    NOT NULL CHECK (dimension IN ('value_tier', 'recency_state')),
    entered_at INTEGER NOT NULL,
    stage      TEXT    NOT NULL,
    event_uuid BLOB    CHECK (length(event_uuid) = 16),
    PRIMARY KEY (contact_id, dimension, entered_at, stage)
) STRICT, WITHOUT ROWID;

-- The ledger of outcomes.  A pending row may be approved or rejected and a signed source may correct an amount, but
-- an approved row is never edited away: a refund is a row that reverses.  event_uuid is the event that told of it.
-- (kind, external_id) is unique, so that one sale told by page, payment and CRM counts once.
-- value_minor NULL is unknown: counted, not averaged.
CREATE TABLE conversion (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid          BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
    kind          TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    status        TEXT    NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'reversed')),
    contact_id    INTEGER NOT NULL REFERENCES contact (id),
    lead_id       INTEGER REFERENCES lead (id),
    funnel_id     INTEGER REFERENCES funnel (id),
    workspace_id  INTEGER REFERENCES workspace (id),
    offer_id      INTEGER REFERENCES offer (id),
    value_minor   INTEGER CHECK (value_minor >= 0),
    currency      TEXT    NOT NULL CHECK (length(currency) = 3),
    occurred_at   INTEGER NOT NULL,
    converted_by  TEXT    NOT NULL,
    reporter      TEXT    NOT NULL
                  CHECK (reporter IN ('page', 'api', 'payment', 'calendar', 'postback', 'manual', 'import')),
    verified      INTEGER NOT NULL DEFAULT 1 CHECK (verified IN (0, 1)), -- 0: told by a source that does not sign
    external_id   TEXT,
    event_uuid    BLOB    UNIQUE CHECK (length(event_uuid) = 16),
    reverses_id   INTEGER REFERENCES conversion (id),
    duplicate_of_id INTEGER REFERENCES conversion (id), -- flagged, reversible
    custom_sealed BLOB,   -- JSON object as sent
    created_at    INTEGER NOT NULL,
    UNIQUE (kind, external_id)
) STRICT;
CREATE INDEX conversion_contact ON conversion (contact_id, occurred_at);
CREATE INDEX conversion_occurred ON conversion (occurred_at);
CREATE INDEX conversion_lead ON conversion (lead_id, occurred_at) WHERE lead_id IS NOT NULL;
CREATE INDEX conversion_reverses ON conversion (reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX conversion_duplicate ON conversion (duplicate_of_id) WHERE duplicate_of_id IS NOT NULL;

-- Who passed whom to whom: 001's activity log of workspaces.  A contact is sent and received once per workspace.
CREATE TABLE workspace_activity (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid            BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
    workspace_id    INTEGER NOT NULL REFERENCES workspace (id),
    action          TEXT    NOT NULL CHECK (action IN ('sent', 'received', 'converted', 'updated')),
    contact_id      INTEGER NOT NULL REFERENCES contact (id),
    lead_id         INTEGER REFERENCES lead (id),
    counterpart_id  INTEGER REFERENCES workspace (id),
    metadata_sealed BLOB,
    at              INTEGER NOT NULL
) STRICT;
CREATE INDEX workspace_activity_workspace ON workspace_activity (workspace_id, at);
CREATE INDEX workspace_activity_contact ON workspace_activity (contact_id);
CREATE INDEX workspace_activity_lead ON workspace_activity (lead_id) WHERE lead_id IS NOT NULL;
CREATE UNIQUE INDEX workspace_activity_once ON workspace_activity (workspace_id, contact_id, action)
    WHERE action IN ('sent', 'received');

-- A receiver of webhooks.  Secrets are sealed; during a rotation the old one signs as well.
CREATE TABLE webhook_endpoint (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid              BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
    url_sealed        BLOB    NOT NULL,
    secret_sealed     BLOB    NOT NULL,
    old_secret_sealed BLOB,
    old_secret_until_at INTEGER,
    kinds             TEXT    NOT NULL, -- webhook event names, separated by blanks
    format            TEXT    NOT NULL DEFAULT 'standard' CHECK (format IN ('standard', 'seed000')),
    retry_profile     TEXT    NOT NULL DEFAULT 'seed' CHECK (retry_profile IN ('seed', 'durable', 'custom')),
    status            TEXT    NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'disabled')),
    workspace_id      INTEGER REFERENCES workspace (id),
    created_at        INTEGER NOT NULL
) STRICT;

-- The transactional outbox: a delivery is written with the event that causes it, in one transaction and once, and
-- its body is frozen then.  The worker only delivers.  The webhook-id is "msg_" and the uuid, the same in every
-- attempt.  contact_seq counts up per contact, because order is not promised.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid        BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
    endpoint_id INTEGER NOT NULL REFERENCES webhook_endpoint (id),
    kind        TEXT    NOT NULL,
    event_uuid  BLOB    CHECK (length(event_uuid) = 16),
    contact_id  INTEGER REFERENCES contact (id),
    contact_seq INTEGER NOT NULL DEFAULT 0,
    body_sealed BLOB    NOT NULL,
    status      TEXT    NOT NULL DEFAULT 'pending'
                CHECK (status IN ('pending', 'leased', 'delivered', 'dead', 'cancelled')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL,
    lease       BLOB,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX outbox_once ON outbox (event_uuid, endpoint_id, kind) WHERE event_uuid IS NOT NULL;
CREATE INDEX outbox_due ON outbox (next_at) WHERE status IN ('pending', 'leased');
CREATE INDEX outbox_contact ON outbox (contact_id) WHERE contact_id IS NOT NULL;

-- How far each rollup has counted: additive facts are summed past seq, and never twice.
CREATE TABLE rollup_watermark (
    rollup     TEXT    PRIMARY KEY,
    seq        INTEGER NOT NULL,
    settled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Keys of rollups about persons and sessions that a reaction has touched: settling recomputes each whole and
-- removes it.
CREATE TABLE rollup_dirty (
    rollup    TEXT    NOT NULL,
    day       INTEGER NOT NULL,
    funnel_id INTEGER NOT NULL,
    PRIMARY KEY (rollup, day, funnel_id)
) STRICT, WITHOUT ROWID;

-- What a contact agreed to, per channel and purpose, with the version of the words that were shown.
CREATE TABLE consent (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id   INTEGER NOT NULL REFERENCES contact (id),
    channel      TEXT    NOT NULL CHECK (channel IN ('email', 'sms', 'call', 'web')),
    purpose      TEXT    NOT NULL,
    granted      INTEGER NOT NULL CHECK (granted IN (0, 1)),
    text_version TEXT,
    event_uuid   BLOB    CHECK (length(event_uuid) = 16),
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_contact ON consent (contact_id, at);

-- Addresses never to be written to again.  The blind outlives the erasure of the contact; nothing removes a
-- row of reason 'manual', 'legal' or 'complaint'.
CREATE TABLE suppression (
    value_blind BLOB    NOT NULL CHECK (length(value_blind) = 16),
    channel     TEXT    NOT NULL CHECK (channel IN ('email', 'sms', 'call', 'all')),
    reason      TEXT    NOT NULL CHECK (reason IN ('unsubscribed', 'bounced', 'complaint', 'manual', 'legal')),
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (value_blind, channel, reason)
) STRICT, WITHOUT ROWID;

-- Who did what, for good.  Each row's digest covers the row before (keyed), so that a removed or edited row
-- shows.  `detail` holds no personal data: the table must stay readable after erasures.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL, -- user:<uuid>, key:<public id>, cli:<system user>, worker
    action TEXT    NOT NULL,
    object TEXT    NOT NULL,
    detail TEXT    NOT NULL DEFAULT '',
    digest BLOB    NOT NULL CHECK (length(digest) = 32)
) STRICT;
CREATE TRIGGER audit_keep_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_keep_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_keep_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
