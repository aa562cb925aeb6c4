-- The tables of the newest revision, as storage/tables/ describes them. Written by tools/schema.py.

CREATE TABLE act (
	id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	who VARCHAR NOT NULL,
	room_id VARCHAR NOT NULL,
	event_id VARCHAR NOT NULL,
	said VARCHAR NOT NULL,
	"before" VARCHAR DEFAULT '' NOT NULL,
	"after" VARCHAR DEFAULT '' NOT NULL,
	at DATETIME NOT NULL,
	done_at DATETIME NOT NULL,
	taken_back_by INTEGER,
	PRIMARY KEY (id),
	FOREIGN KEY(taken_back_by) REFERENCES act (id)
);

CREATE TABLE answered (
	"key" VARCHAR NOT NULL,
	talks VARCHAR NOT NULL,
	talk_id INTEGER,
	hint BOOLEAN NOT NULL,
	PRIMARY KEY ("key"),
	FOREIGN KEY("key") REFERENCES notice ("key") ON DELETE CASCADE
);

CREATE TABLE believed (
	subscriber VARCHAR NOT NULL,
	talk_id INTEGER NOT NULL,
	talk VARCHAR NOT NULL,
	since DATETIME NOT NULL,
	speaker BOOLEAN DEFAULT 0 NOT NULL,
	telling VARCHAR DEFAULT '' NOT NULL,
	"key" VARCHAR DEFAULT '' NOT NULL,
	PRIMARY KEY (subscriber, talk_id),
	FOREIGN KEY(talk_id) REFERENCES talk (id) ON DELETE CASCADE
);

CREATE TABLE bell (
	event_id VARCHAR NOT NULL,
	subscription_id INTEGER NOT NULL,
	PRIMARY KEY (event_id),
	FOREIGN KEY(subscription_id) REFERENCES subscription (id) ON DELETE CASCADE
);

CREATE TABLE broadcast (
	id INTEGER NOT NULL,
	act_id INTEGER NOT NULL,
	room_id VARCHAR NOT NULL,
	target VARCHAR NOT NULL,
	plain VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	loud BOOLEAN NOT NULL,
	state VARCHAR NOT NULL,
	send_at DATETIME NOT NULL,
	done_at DATETIME,
	progress_key VARCHAR DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(act_id) REFERENCES act (id)
);

CREATE TABLE change (
	id INTEGER NOT NULL,
	revision_id INTEGER NOT NULL,
	talk_id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	fields VARCHAR NOT NULL,
	"before" VARCHAR NOT NULL,
	"after" VARCHAR NOT NULL,
	noteworthy BOOLEAN NOT NULL,
	told_at DATETIME,
	PRIMARY KEY (id),
	FOREIGN KEY(revision_id) REFERENCES revision (id) ON DELETE CASCADE,
	FOREIGN KEY(talk_id) REFERENCES talk (id) ON DELETE CASCADE
);

CREATE TABLE control_member (
	user_id VARCHAR NOT NULL,
	speaks BOOLEAN NOT NULL,
	PRIMARY KEY (user_id)
);

CREATE TABLE covers (
	topic_id INTEGER NOT NULL,
	talk_id INTEGER NOT NULL,
	PRIMARY KEY (topic_id, talk_id),
	FOREIGN KEY(topic_id) REFERENCES topic (id) ON DELETE CASCADE,
	FOREIGN KEY(talk_id) REFERENCES talk (id) ON DELETE CASCADE
);

CREATE TABLE day (
	feed VARCHAR NOT NULL,
	date DATE NOT NULL,
	number INTEGER NOT NULL,
	starts_at DATETIME NOT NULL,
	ends_at DATETIME NOT NULL,
	PRIMARY KEY (feed, date),
	FOREIGN KEY(feed) REFERENCES feed (name) ON DELETE CASCADE
);

CREATE TABLE feed (
	name VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	format VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	acronym VARCHAR NOT NULL,
	description VARCHAR NOT NULL,
	url VARCHAR NOT NULL,
	timezone VARCHAR NOT NULL,
	version VARCHAR NOT NULL,
	body_sha256 VARCHAR NOT NULL,
	PRIMARY KEY (name)
);

CREATE TABLE fetched (
	feed VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	reading VARCHAR NOT NULL,
	etag VARCHAR NOT NULL,
	last_modified VARCHAR NOT NULL,
	asked_at DATETIME NOT NULL,
	PRIMARY KEY (feed)
);

CREATE TABLE "full" (
	location VARCHAR NOT NULL,
	shown VARCHAR NOT NULL,
	until DATETIME NOT NULL,
	act_id INTEGER NOT NULL,
	PRIMARY KEY (location),
	FOREIGN KEY(act_id) REFERENCES act (id)
);

CREATE TABLE heard (
	event_id VARCHAR NOT NULL,
	room_id VARCHAR NOT NULL,
	sender VARCHAR NOT NULL,
	sent_at DATETIME NOT NULL,
	heard_at DATETIME NOT NULL,
	outcome VARCHAR NOT NULL,
	PRIMARY KEY (event_id)
);

CREATE TABLE hearer (
	act_id INTEGER NOT NULL,
	who VARCHAR NOT NULL,
	"key" VARCHAR DEFAULT '' NOT NULL,
	PRIMARY KEY (act_id, who),
	FOREIGN KEY(act_id) REFERENCES act (id) ON DELETE CASCADE
);

CREATE TABLE held (
	feed VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	format VARCHAR NOT NULL,
	timezone VARCHAR NOT NULL,
	columns VARCHAR NOT NULL,
	body BLOB NOT NULL,
	body_sha256 VARCHAR NOT NULL,
	fingerprint VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	held_at DATETIME NOT NULL,
	rejected BOOLEAN NOT NULL,
	PRIMARY KEY (feed)
);

CREATE TABLE location (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	position INTEGER NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);

CREATE TABLE notice (
	seq INTEGER NOT NULL,
	"key" VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	room_id VARCHAR,
	recipient VARCHAR,
	event_type VARCHAR DEFAULT 'm.room.message' NOT NULL,
	content VARCHAR NOT NULL,
	created_at DATETIME NOT NULL,
	expires_at DATETIME,
	state VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	event_id VARCHAR,
	done_at DATETIME,
	rank INTEGER DEFAULT 2 NOT NULL,
	deadline DATETIME,
	batch INTEGER,
	tried_in VARCHAR,
	PRIMARY KEY (seq),
	UNIQUE ("key")
);

CREATE TABLE override (
	talk_id INTEGER NOT NULL,
	starts_at DATETIME,
	location VARCHAR,
	cancelled BOOLEAN,
	feed_starts_at DATETIME NOT NULL,
	feed_day DATE NOT NULL,
	feed_location VARCHAR NOT NULL,
	feed_cancelled BOOLEAN NOT NULL,
	reason VARCHAR DEFAULT '' NOT NULL,
	act_id INTEGER NOT NULL,
	PRIMARY KEY (talk_id),
	FOREIGN KEY(talk_id) REFERENCES talk (id) ON DELETE CASCADE,
	FOREIGN KEY(act_id) REFERENCES act (id)
);

CREATE TABLE person (
	user_id VARCHAR NOT NULL,
	timezone VARCHAR DEFAULT '' NOT NULL,
	language VARCHAR DEFAULT '' NOT NULL,
	clock VARCHAR DEFAULT '' NOT NULL,
	profile_timezone VARCHAR DEFAULT '' NOT NULL,
	profile_read_at DATETIME,
	leads VARCHAR DEFAULT '' NOT NULL,
	quiet VARCHAR DEFAULT '' NOT NULL,
	muted_until DATETIME,
	digest VARCHAR DEFAULT '' NOT NULL,
	digested_at DATETIME,
	deliver VARCHAR DEFAULT '' NOT NULL,
	unreachable VARCHAR DEFAULT '' NOT NULL,
	unreachable_at DATETIME,
	PRIMARY KEY (user_id)
);

CREATE TABLE "plan" (
	id INTEGER NOT NULL,
	"by" VARCHAR NOT NULL,
	room_id VARCHAR NOT NULL,
	said VARCHAR NOT NULL,
	"plan" VARCHAR NOT NULL,
	outcome VARCHAR NOT NULL,
	"key" VARCHAR DEFAULT '' NOT NULL,
	state VARCHAR NOT NULL,
	made_at DATETIME NOT NULL,
	expires_at DATETIME NOT NULL,
	PRIMARY KEY (id)
);

CREATE TABLE reminded (
	subscriber VARCHAR NOT NULL,
	talk_id INTEGER NOT NULL,
	starts_at DATETIME NOT NULL,
	lead INTEGER NOT NULL,
	due_at DATETIME NOT NULL,
	"key" VARCHAR NOT NULL,
	told INTEGER,
	PRIMARY KEY (subscriber, talk_id, starts_at),
	FOREIGN KEY(talk_id) REFERENCES talk (id) ON DELETE CASCADE
);

CREATE TABLE renamed (
	old VARCHAR NOT NULL,
	shown VARCHAR NOT NULL,
	new VARCHAR NOT NULL,
	act_id INTEGER NOT NULL,
	PRIMARY KEY (old),
	FOREIGN KEY(act_id) REFERENCES act (id)
);

CREATE TABLE revision (
	id INTEGER NOT NULL,
	feed VARCHAR NOT NULL,
	accepted_at DATETIME NOT NULL,
	version VARCHAR NOT NULL,
	body_sha256 VARCHAR NOT NULL,
	talks INTEGER NOT NULL,
	act_id INTEGER,
	PRIMARY KEY (id),
	FOREIGN KEY(feed) REFERENCES feed (name) ON DELETE CASCADE
);

CREATE TABLE room (
	room_id VARCHAR NOT NULL,
	membership VARCHAR NOT NULL,
	inviter VARCHAR NOT NULL,
	via VARCHAR NOT NULL,
	direct_with VARCHAR,
	encrypted BOOLEAN NOT NULL,
	told_encrypted BOOLEAN NOT NULL,
	predecessor VARCHAR NOT NULL,
	alias VARCHAR DEFAULT '' NOT NULL,
	retry_at DATETIME,
	attempts INTEGER NOT NULL,
	partner VARCHAR DEFAULT '' NOT NULL,
	departures INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (room_id)
);

CREATE TABLE shown (
	user_id VARCHAR NOT NULL,
	room_id VARCHAR NOT NULL,
	talks VARCHAR NOT NULL,
	shown_at DATETIME NOT NULL,
	PRIMARY KEY (user_id, room_id)
);

CREATE TABLE snoozed (
	subscriber VARCHAR NOT NULL,
	talk_id INTEGER NOT NULL,
	starts_at DATETIME NOT NULL,
	lead INTEGER NOT NULL,
	PRIMARY KEY (subscriber, talk_id, starts_at),
	FOREIGN KEY(talk_id) REFERENCES talk (id) ON DELETE CASCADE
);

CREATE TABLE speaker (
	id INTEGER NOT NULL,
	feed VARCHAR NOT NULL,
	feed_id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(feed) REFERENCES feed (name) ON DELETE CASCADE
);

CREATE TABLE speaker_account (
	id INTEGER NOT NULL,
	user_id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	shown VARCHAR NOT NULL,
	feed_id VARCHAR DEFAULT '' NOT NULL,
	state VARCHAR NOT NULL,
	"by" VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	PRIMARY KEY (id)
);

CREATE TABLE state (
	name VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY (name)
);

CREATE TABLE subscription (
	id INTEGER NOT NULL,
	subscriber VARCHAR NOT NULL,
	topic_id INTEGER NOT NULL,
	leads VARCHAR DEFAULT '' NOT NULL,
	room_id VARCHAR DEFAULT '' NOT NULL,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(topic_id) REFERENCES topic (id) ON DELETE CASCADE
);

CREATE TABLE talk (
	id INTEGER NOT NULL,
	feed VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	feed_id VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	subtitle VARCHAR NOT NULL,
	abstract VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	language VARCHAR NOT NULL,
	url VARCHAR NOT NULL,
	day DATE NOT NULL,
	starts_at DATETIME NOT NULL,
	ends_at DATETIME NOT NULL,
	location_id INTEGER,
	track_id INTEGER,
	position INTEGER NOT NULL,
	cancelled BOOLEAN DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(feed) REFERENCES feed (name) ON DELETE CASCADE,
	FOREIGN KEY(location_id) REFERENCES location (id),
	FOREIGN KEY(track_id) REFERENCES track (id)
);

CREATE TABLE talk_speaker (
	talk_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	speaker_id INTEGER NOT NULL,
	PRIMARY KEY (talk_id, position),
	FOREIGN KEY(talk_id) REFERENCES talk (id) ON DELETE CASCADE,
	FOREIGN KEY(speaker_id) REFERENCES speaker (id) ON DELETE CASCADE
);

CREATE TABLE topic (
	id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	shown VARCHAR NOT NULL,
	talk_id INTEGER,
	PRIMARY KEY (id),
	FOREIGN KEY(talk_id) REFERENCES talk (id) ON DELETE CASCADE
);

CREATE TABLE track (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);

CREATE TABLE trouble (
	feed VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	said VARCHAR NOT NULL,
	since DATETIME NOT NULL,
	PRIMARY KEY (feed, reason)
);

CREATE INDEX change_untold ON change (id) WHERE told_at IS NULL;

CREATE INDEX ix_believed_key ON believed ("key");

CREATE INDEX ix_believed_talk_id ON believed (talk_id);

CREATE INDEX ix_bell_subscription_id ON bell (subscription_id);

CREATE INDEX ix_change_revision_id ON change (revision_id);

CREATE INDEX ix_change_talk_id ON change (talk_id);

CREATE INDEX ix_covers_talk_id ON covers (talk_id);

CREATE INDEX ix_heard_heard_at ON heard (heard_at);

CREATE INDEX ix_plan_key ON "plan" ("key");

CREATE INDEX ix_reminded_key ON reminded ("key");

CREATE INDEX ix_reminded_talk_id ON reminded (talk_id);

CREATE INDEX ix_revision_feed ON revision (feed);

CREATE INDEX ix_room_direct_with ON room (direct_with);

CREATE INDEX ix_snoozed_talk_id ON snoozed (talk_id);

CREATE INDEX ix_speaker_account_user_id ON speaker_account (user_id);

CREATE INDEX ix_subscription_topic_id ON subscription (topic_id);

CREATE INDEX ix_talk_ends_at ON talk (ends_at);

CREATE INDEX ix_talk_location_id ON talk (location_id);

CREATE INDEX ix_talk_speaker_speaker_id ON talk_speaker (speaker_id);

CREATE INDEX ix_talk_starts_at ON talk (starts_at);

CREATE INDEX ix_talk_track_id ON talk (track_id);

CREATE INDEX ix_topic_talk_id ON topic (talk_id);

CREATE INDEX notice_batch ON notice (batch) WHERE batch IS NOT NULL;

CREATE INDEX notice_created ON notice (created_at);

CREATE INDEX notice_event ON notice (event_id) WHERE event_id IS NOT NULL;

CREATE INDEX notice_pending ON notice (seq) WHERE state = 'pending';

CREATE UNIQUE INDEX speaker_identity ON speaker (feed, feed_id, name);

CREATE UNIQUE INDEX subscription_identity ON subscription (subscriber, topic_id);

CREATE UNIQUE INDEX talk_identity ON talk (feed, "key");

CREATE UNIQUE INDEX topic_identity ON topic (kind, value);
