/* SPDX-License-Identifier: ISC */
/*
 * store_schema.c - the tables, and every statement on them. Times are seconds
 * UTC; until is NULL while an interval lasts: it then held up to
 * auditor_run.until of the last run. Ids of certificates in a chain stand
 * leaf first, with blanks between.
 */
#include "store_own.h"

static const char first_schema[] =
/* one row a process that audited */
"CREATE TABLE auditor_run(id INTEGER PRIMARY KEY, version TEXT NOT NULL,"
" since INTEGER NOT NULL, until INTEGER NOT NULL,"
" cycles INTEGER NOT NULL DEFAULT 0);"
/* texts that many rows share; of a revision as a BLOB, see pack.h */
"CREATE TABLE document(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,"
" text TEXT NOT NULL);"
/* kind: inventory, settings, rules */
"CREATE TABLE revision(at INTEGER NOT NULL, kind TEXT NOT NULL,"
" document INTEGER NOT NULL);"
"CREATE INDEX revision_of ON revision(kind, at);"
/* what is looked at or judged (kind: https mtls published; host farm fleet),
 * and what is known of a port */
"CREATE TABLE endpoint(id INTEGER PRIMARY KEY, owner TEXT NOT NULL,"
" kind TEXT NOT NULL, site TEXT NOT NULL, port INTEGER NOT NULL,"
" leaf INTEGER, leaf_since INTEGER, chain TEXT, accepted INTEGER,"
" accepted_chain TEXT, previous INTEGER, refused INTEGER,"
" role INTEGER NOT NULL DEFAULT 0, layout INTEGER NOT NULL DEFAULT 0,"
" UNIQUE(owner, kind, site, port));"
/* der: NULL where it was too long to keep */
"CREATE TABLE certificate(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,"
" size INTEGER NOT NULL, der BLOB, first_seen INTEGER NOT NULL);"
/* told by outcome and chain; leaf and chain: NULL without a certificate */
"CREATE TABLE sighting(id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL,"
" since INTEGER NOT NULL, until INTEGER, outcome TEXT NOT NULL,"
" address TEXT NOT NULL, via TEXT NOT NULL, proof TEXT NOT NULL,"
" leaf INTEGER, chain TEXT, message BLOB, detail TEXT);"
"CREATE INDEX sighting_of ON sighting(endpoint, since);"
"CREATE INDEX sighting_leaf ON sighting(leaf) WHERE leaf IS NOT NULL;"
"CREATE UNIQUE INDEX sighting_lasts ON sighting(endpoint)"
" WHERE until IS NULL;"
/* every answer of the rules about it: a line each */
"CREATE TABLE evaluation(endpoint INTEGER NOT NULL, since INTEGER NOT NULL,"
" until INTEGER, document INTEGER NOT NULL);"
"CREATE INDEX evaluation_of ON evaluation(endpoint, since);"
"CREATE UNIQUE INDEX evaluation_lasts ON evaluation(endpoint)"
" WHERE until IS NULL;"
/* as of its last transition; about: what is judged, host: whose it is ("":
 * several); facts: all of it, as JSON */
"CREATE TABLE finding(id TEXT PRIMARY KEY, about TEXT NOT NULL,"
" host TEXT NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL,"
" state TEXT NOT NULL, opened INTEGER NOT NULL, ended INTEGER,"
" facts TEXT NOT NULL) WITHOUT ROWID;"
"CREATE INDEX finding_open ON finding(about) WHERE ended IS NULL;"
"CREATE INDEX finding_host ON finding(host);"
/* the log, and the outbox of all sinks; quiet: counted in another line;
 * facts: its fields, as JSON; level, head: see event.h */
"CREATE TABLE event(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
" event TEXT NOT NULL, state TEXT, finding TEXT, rule TEXT, severity TEXT,"
" host TEXT, level INTEGER NOT NULL, head INTEGER NOT NULL,"
" quiet INTEGER NOT NULL, facts TEXT NOT NULL);"
"CREATE INDEX event_host ON event(host, seq) WHERE host IS NOT NULL;"
"CREATE INDEX event_finding ON event(finding, seq)"
" WHERE finding IS NOT NULL;"
/* since when the ports of a host, or the hosts of a farm, differ; leaf: one
 * that was on several of them */
"CREATE TABLE split(owner TEXT PRIMARY KEY, since INTEGER, leaf BLOB)"
" WITHOUT ROWID;"
/* announced changes of a host; leaf: NULL, whichever is good */
"CREATE TABLE expected(owner TEXT PRIMARY KEY, until INTEGER NOT NULL,"
" leaf BLOB) WITHOUT ROWID;"
/* the last event that it took */
"CREATE TABLE sink(name TEXT PRIMARY KEY, seq INTEGER NOT NULL)"
" WITHOUT ROWID;";

/* What a finding was after each transition but reminders, so that a report can
 * be made of any day; ended: as of then; told: a line of the log said so. Of
 * what was there before only its first and its last day are known. */
static const char past_schema[] =
"CREATE TABLE finding_past(id INTEGER PRIMARY KEY, finding TEXT NOT NULL,"
" at INTEGER NOT NULL, state TEXT NOT NULL, ended INTEGER,"
" told INTEGER NOT NULL, facts TEXT NOT NULL);"
"CREATE INDEX finding_past_of ON finding_past(finding, at);"
"CREATE INDEX finding_past_at ON finding_past(at);"
"INSERT INTO finding_past(finding, at, state, ended, told, facts)"
" SELECT id, opened, 'opened', NULL, 1, facts FROM finding ORDER BY opened;"
"INSERT INTO finding_past(finding, at, state, ended, told, facts)"
" SELECT id, ended, state, ended, 1, facts FROM finding"
" WHERE ended NOT NULL ORDER BY ended;"
"CREATE INDEX event_at ON event(at, event);";

const char *const store_migrations[] = { first_schema, past_schema };
const int store_version = sizeof(store_migrations) /
    sizeof(store_migrations[0]);

const char *const store_sql[SQL_N] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_RUN_NEW] = "INSERT INTO auditor_run(version, since, until)"
	    " VALUES(?1, ?2, ?2)",
	[SQL_RUN_UNTIL] = "UPDATE auditor_run SET until = max(until, ?2)"
	    " WHERE id = ?1",
	[SQL_RUN_CYCLE] = "UPDATE auditor_run SET until = max(until, ?2),"
	    " cycles = cycles + 1 WHERE id = ?1",
	[SQL_DOCUMENT_ADD] = "INSERT INTO document(sha256, text)"
	    " VALUES(?1, ?2) ON CONFLICT DO NOTHING",
	[SQL_DOCUMENT_ID] = "SELECT id FROM document WHERE sha256 = ?1",
	[SQL_REVISION_ADD] = "INSERT INTO revision(at, kind, document)"
	    " VALUES(?1, ?2, ?3)",
	[SQL_ENDPOINT_ADD] = "INSERT INTO endpoint(owner, kind, site, port)"
	    " VALUES(?1, ?2, ?3, ?4)",
	[SQL_ENDPOINT_ID] = "SELECT id FROM endpoint WHERE owner = ?1"
	    " AND kind = ?2 AND site = ?3 AND port = ?4",
	[SQL_ENDPOINT_KEEP] = "UPDATE endpoint SET leaf = ?2,"
	    " leaf_since = ?3, chain = ?4, accepted = ?5,"
	    " accepted_chain = ?6, previous = ?7, refused = ?8, role = ?9,"
	    " layout = ?10 WHERE id = ?1",
	[SQL_CERTIFICATE_ADD] = "INSERT INTO certificate(sha256, size, der,"
	    " first_seen) VALUES(?1, ?2, ?3, ?4)"
	    " ON CONFLICT(sha256) DO UPDATE SET der = excluded.der",
	[SQL_CERTIFICATE_ID] = "SELECT id FROM certificate WHERE sha256 = ?1"
	    " AND (der NOT NULL OR NOT ?2)",
	[SQL_CERTIFICATE_DER] = "SELECT der FROM certificate WHERE id = ?1",
	[SQL_CERTIFICATE_LAST] = "SELECT coalesce(max(id), 0)"
	    " FROM certificate",
	[SQL_SIGHTING_END] = "UPDATE sighting SET until = max(since, ?2)"
	    " WHERE endpoint = ?1 AND until IS NULL",
	[SQL_SIGHTING_ADD] = "INSERT INTO sighting(endpoint, since, outcome,"
	    " address, via, proof, leaf, chain, message, detail)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[SQL_EVALUATION_END] = "UPDATE evaluation SET until = max(since, ?2)"
	    " WHERE endpoint = ?1 AND until IS NULL",
	[SQL_EVALUATION_ADD] = "INSERT INTO evaluation(endpoint, since,"
	    " document) VALUES(?1, ?2, ?3)",
	[SQL_EVENT_ADD] = "INSERT INTO event(at, event, state, finding, rule,"
	    " severity, host, level, head, quiet, facts)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[SQL_EVENT_LAST] = "SELECT coalesce(max(seq), 0) FROM event",
	[SQL_FINDING_KEEP] = "INSERT INTO finding(id, about, host, rule,"
	    " severity, state, opened, ended, facts)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	    " ON CONFLICT(id) DO UPDATE SET about = ?2, host = ?3,"
	    " severity = ?5, state = ?6, opened = ?7, ended = ?8, facts = ?9",
	[SQL_FINDING_PAST] = "INSERT INTO finding_past(finding, at, state,"
	    " ended, told, facts) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	[SQL_FINDING_PAST_END] = "INSERT INTO finding_past(finding, at,"
	    " state, ended, told, facts) SELECT id, ?1, 'closed', ?1, 0, facts"
	    " FROM finding WHERE ended IS NULL ORDER BY id",
	[SQL_FINDING_END_ALL] = "UPDATE finding SET state = 'closed',"
	    " ended = ?1 WHERE ended IS NULL",
	[SQL_SPLIT_KEEP] = "INSERT INTO split(owner, since, leaf)"
	    " VALUES(?1, ?2, ?3) ON CONFLICT(owner) DO UPDATE SET"
	    " since = ?2, leaf = ?3",
	[SQL_SPLIT_DROP] = "DELETE FROM split WHERE owner = ?1",
	[SQL_EXPECTED_KEEP] = "INSERT INTO expected(owner, until, leaf)"
	    " VALUES(?1, ?2, ?3) ON CONFLICT(owner) DO UPDATE SET"
	    " until = ?2, leaf = ?3",
	[SQL_EXPECTED_DROP] = "DELETE FROM expected WHERE owner = ?1",
	[SQL_SINK_NEW] = "INSERT INTO sink(name, seq) VALUES(?1,"
	    " (SELECT coalesce(max(seq), 0) FROM event))"
	    " ON CONFLICT DO NOTHING",
	[SQL_SINK_MARK] = "UPDATE sink SET seq = max(seq, ?2) WHERE name = ?1",
	[SQL_SINK_EVENTS] = "SELECT seq, level, head, facts, at FROM event"
	    " WHERE seq > (SELECT max(seq, ?3) FROM sink WHERE name = ?1)"
	    " AND quiet = 0 ORDER BY seq LIMIT ?2",
	[SQL_PAST_PORTS] = "SELECT e.owner, e.kind, e.site, e.port, e.leaf,"
	    " e.leaf_since, e.chain, e.accepted, e.accepted_chain,"
	    " e.previous, e.refused, e.role, e.layout, s.outcome, s.message,"
	    " (SELECT max(coalesce(o.until, (SELECT max(until) FROM"
	    " auditor_run))) FROM sighting o WHERE o.endpoint = e.id AND"
	    " o.outcome = 'observed'), d.sha256, e.id"
	    " FROM endpoint e"
	    " LEFT JOIN sighting s ON s.endpoint = e.id AND s.until IS NULL"
	    " LEFT JOIN evaluation v ON v.endpoint = e.id AND v.until IS NULL"
	    " LEFT JOIN document d ON d.id = v.document ORDER BY e.id",
	[SQL_PAST_BEFORE] = "SELECT s.endpoint, c.sha256, max(s.until) AS u"
	    " FROM sighting s JOIN certificate c ON c.id = s.leaf"
	    " JOIN endpoint e ON e.id = s.endpoint"
	    " WHERE s.until NOT NULL AND s.leaf IS NOT e.leaf"
	    " GROUP BY s.endpoint, s.leaf ORDER BY s.endpoint, u",
	[SQL_PAST_FINDINGS] = "SELECT facts FROM finding"
	    " WHERE ended IS NULL",
	[SQL_PAST_SPLITS] = "SELECT owner, since, leaf FROM split",
	[SQL_PAST_EXPECTED] = "SELECT owner, until, leaf FROM expected",
	[SQL_PAST_TOLD] = "SELECT event, rule, state, severity, host, quiet,"
	    " json_extract(facts, '$.verdict') FROM event"
	    " WHERE event IN ('finding', 'reissue') AND seq > coalesce("
	    "(SELECT seq FROM event WHERE event = 'summary'"
	    " ORDER BY seq DESC LIMIT 1), 0) ORDER BY seq",
	[SQL_PAST_CYCLES] = "SELECT coalesce(sum(cycles), 0) FROM auditor_run",
	[SQL_PAST_UNTIL] = "SELECT coalesce(max(until), 0) FROM auditor_run",
	[SQL_PAST_REVISION] = "SELECT d.sha256 FROM revision r JOIN document d"
	    " ON d.id = r.document WHERE r.kind = ?1 ORDER BY r.at DESC,"
	    " r.rowid DESC LIMIT 1",
	[SQL_READ_RUN] = "SELECT version, since, until, (SELECT sum(cycles)"
	    " FROM auditor_run) FROM auditor_run ORDER BY id DESC LIMIT 1",
	[SQL_READ_FINDINGS] = "SELECT state, ended, facts FROM finding"
	    " WHERE (NOT ?1 OR ended IS NULL)"
	    " AND (ended IS NULL OR ended >= ?2)"
	    " AND (?3 IS NULL OR rule = ?3)"
	    " AND (?4 IS NULL OR host = ?4 COLLATE NOCASE)"
	    " AND (?5 IS NULL OR json_extract(facts, '$.contact') = ?5"
	    " COLLATE NOCASE)",
	[SQL_READ_NEWS] = "SELECT seq, at, facts FROM event"
	    " WHERE event IN ('summary', 'reissue') AND at >= ?1"
	    " ORDER BY seq",
	[SQL_READ_SIGHTINGS] = "SELECT"
	    " e.owner, e.kind, e.site, e.port, s.since, s.until, s.outcome,"
	    " s.address, s.detail, c.der FROM sighting s"
	    " JOIN endpoint e ON e.id = s.endpoint"
	    " LEFT JOIN certificate c ON c.id = s.leaf"
	    " WHERE e.owner = ?1 COLLATE NOCASE"
	    " ORDER BY e.site, e.kind, e.port, s.since, s.id",
	[SQL_READ_EVENTS] = "SELECT seq, at, facts FROM event"
	    " WHERE host = ?1 COLLATE NOCASE AND event IN"
	    " ('finding', 'reissue') AND coalesce(state, '') <> 'reminder'"
	    " ORDER BY seq",
	[SQL_READ_CERTIFICATE] = "SELECT id, der FROM certificate"
	    " WHERE hex(sha256) LIKE ?1 ORDER BY id LIMIT 2",
	[SQL_READ_SEEN] = "SELECT"
	    " e.owner, e.kind, e.site, e.port, s.since, s.until, s.outcome,"
	    " s.address, s.detail, c.der FROM sighting s"
	    " JOIN endpoint e ON e.id = s.endpoint"
	    " LEFT JOIN certificate c ON c.id = s.leaf"
	    " WHERE ' ' || s.chain || ' ' LIKE '% ' || ?1 || ' %'"
	    " ORDER BY e.owner, e.site, e.kind, e.port, s.since",
	[SQL_READ_VERSION] = "PRAGMA data_version",
	[SQL_READ_SHOWN] = "SELECT kind, port, leaf, chain FROM endpoint"
	    " WHERE owner = ?1 COLLATE NOCASE AND leaf NOT NULL"
	    " AND (?2 = 0 OR port = ?2) AND (?3 IS NULL OR kind = ?3)"
	    " ORDER BY kind, port",
	[SQL_READ_HOST] = "SELECT"
	    " e.owner, e.kind, e.site, e.port, s.since, s.until, s.outcome,"
	    " s.address, s.detail, c.der, EXISTS(SELECT 1 FROM evaluation"
	    " WHERE endpoint = e.id AND until IS NULL) FROM endpoint e"
	    " JOIN sighting s ON s.endpoint = e.id AND s.until IS NULL"
	    " LEFT JOIN certificate c ON c.id = s.leaf"
	    " WHERE e.owner IN (?1, lower(?1))",
	[SQL_READ_HOST_FINDINGS] = "SELECT state, ended, facts FROM finding"
	    " WHERE host IN (?1, lower(?1), '') AND ended IS NULL",
	[SQL_ASSESS_RUNS] = "SELECT version, since, until FROM auditor_run"
	    " WHERE since < ?1 ORDER BY id",
	[SQL_ASSESS_WORK] = "SELECT coalesce(max(at), 0), (SELECT count(*)"
	    " FROM event WHERE event = 'summary' AND at >= ?1 AND at < ?2)"
	    " FROM event WHERE at < ?2",
	[SQL_ASSESS_REVISION] = "SELECT r.at, d.text FROM revision r"
	    " JOIN document d ON d.id = r.document WHERE r.kind = ?1"
	    " AND r.at < ?2 ORDER BY r.at DESC, r.rowid DESC LIMIT 1",
	/* when what is shown was last seen is not known while it lasts, so it
	 * is not told of what has ended since either */
	[SQL_ASSESS_SIGHTINGS] = "SELECT e.owner, e.kind, e.site, e.port,"
	    " s.since, (SELECT min(since) FROM sighting"
	    " WHERE endpoint = e.id), s.outcome, s.address, s.via, s.proof,"
	    " s.detail, s.leaf, s.chain FROM endpoint e JOIN sighting s"
	    " ON s.id = (SELECT id FROM sighting WHERE endpoint = e.id"
	    " AND since < ?1 ORDER BY since DESC, id DESC LIMIT 1)"
	    " ORDER BY e.id",
	[SQL_ASSESS_CERTIFICATE] = "SELECT sha256, first_seen, der"
	    " FROM certificate WHERE id = ?1",
	[SQL_ASSESS_ANSWERS] = "SELECT e.owner, e.kind, e.site, e.port, d.text"
	    " FROM evaluation v JOIN endpoint e ON e.id = v.endpoint"
	    " JOIN document d ON d.id = v.document WHERE v.since < ?1"
	    " AND (v.until IS NULL OR v.until >= ?1) ORDER BY e.id",
	[SQL_ASSESS_FINDINGS] = "SELECT p.state, p.ended, p.facts"
	    " FROM finding f JOIN finding_past p ON p.id = (SELECT id"
	    " FROM finding_past WHERE finding = f.id AND at < ?1"
	    " ORDER BY at DESC, id DESC LIMIT 1)"
	    " WHERE NOT ?2 OR p.ended IS NULL ORDER BY f.id",
	[SQL_ASSESS_CHANGES] = "SELECT at, state, facts FROM finding_past"
	    " WHERE told AND at >= ?1 AND at < ?2 ORDER BY id",
	[SQL_ASSESS_REISSUES] = "SELECT seq, at, facts FROM event"
	    " WHERE event = 'reissue' AND at >= ?1 AND at < ?2 ORDER BY seq",
};
