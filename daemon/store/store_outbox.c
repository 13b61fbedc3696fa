/* SPDX-License-Identifier: ISC */
/* store_outbox.c - events on their way to the sinks. */
#include "store_own.h"

bool
store_outbox(struct store *s, const char *sink,
    struct outbox_line out[OUTBOX_MAX], size_t *n, struct text *why)
{
	return store_outbox_after(s, sink, 0, out, n, why);
}

bool
store_outbox_after(struct store *s, const char *sink, int64_t seq,
    struct outbox_line out[OUTBOX_MAX], size_t *n, struct text *why)
{
	sqlite3_stmt *stmt;
	int code;

	*n = 0;
	if (!store_is_in_place(s, why))
		return false;
	stmt = store_bind(s, SQL_SINK_EVENTS, "tii", sink,
	    (int64_t)OUTBOX_MAX, seq);
	while ((code = store_step(stmt)) == SQLITE_ROW) {
		struct outbox_line *line = &out[*n];

		/* one that cannot be read is passed over: it was damaged */
		line->event = (struct event){0};
		if (!event_parse(store_text(stmt, 3), &line->event))
			continue;
		line->seq = sqlite3_column_int64(stmt, 0);
		line->at = sqlite3_column_int64(stmt, 4);
		line->event.level = (enum event_level)
		    sqlite3_column_int(stmt, 1);
		line->event.head = (size_t)sqlite3_column_int64(stmt, 2);
		event_set_seq(&line->event, line->seq);
		++*n;
	}
	if (code == SQLITE_DONE) {
		store_reset(stmt);
		return true;
	}
	(void)store_fail(s, why);
	for (size_t i = 0; i < *n; i++)
		event_done(&out[i].event);
	*n = 0;
	return false;
}

bool
store_mark(struct store *s, const char *sink, int64_t seq, struct text *why)
{
	return store_run(store_bind(s, SQL_SINK_MARK, "ti", sink, seq)) ||
	    store_fail(s, why);
}

bool
store_add_sink(struct store *s, const char *sink, struct text *why)
{
	return store_run(store_bind(s, SQL_SINK_NEW, "t", sink)) ||
	    store_fail(s, why);
}

int64_t
store_last_event(struct store *s)
{
	sqlite3_int64 seq;

	return store_number(store_bind(s, SQL_EVENT_LAST, ""), &seq) ? seq :
	    0;
}
