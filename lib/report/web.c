/* SPDX-License-Identifier: ISC */
/*
 * web.c - HTML, and how it looks: one type scale, one palette. Colours are
 * Okabe and Ito's, which colour-blind people tell apart; shapes differ too.
 */
#include "cwaudit/web.h"

#include <string.h>

#include "report_ledger.h"

#define FLUSH	(64u << 10)

static const char style[] =
":root{color-scheme:light dark;--ink:#1b2430;--soft:#5a6675;--line:#d8dee6;"
"--page:#fff;--panel:#f5f7fa;--wrong:#b8330a;--unknown:#6b4a8e;"
"--waived:#0b63a5;--warning:#8a5a00;--right:#00705a}\n"
"@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#a3afbd;"
"--line:#36414e;--page:#141a21;--panel:#1d252e;--wrong:#ff8a61;"
"--unknown:#c9a8ee;--waived:#74b9f2;--warning:#f0b84a;--right:#4fd1ae}}\n"
"*{box-sizing:border-box}\n"
"body{margin:0 auto;padding:2rem 1.5rem 4rem;max-width:76rem;color:var(--ink);"
"background:var(--page);font:1rem/1.5 system-ui,sans-serif}\n"
"h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem}\n"
"h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;"
"border-bottom:1px solid var(--line)}\n"
"h3{font-size:1rem;margin:1.5rem 0 .25rem}\n"
"p{margin:.25rem 0 .5rem;max-width:48rem}\n"
".soft{color:var(--soft)}.small,table{font-size:.875rem}\n"
".lead{font-size:1.25rem;margin:1rem 0}\n"
"code{font:.8125rem/1.4 ui-monospace,monospace;overflow-wrap:anywhere}\n"
"a{color:inherit}\n"
".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));"
"gap:.75rem;margin:1rem 0;padding:0;list-style:none}\n"
".tiles li{background:var(--panel);border-left:.3rem solid;"
"border-radius:.25rem;padding:.6rem .8rem}\n"
".tiles b{display:block;font-size:1.75rem;line-height:1.2;color:var(--ink)}\n"
".pair{display:grid;"
"grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));"
"gap:0 2rem}\n"
".wrong{color:var(--wrong)}.not-assessed{color:var(--unknown)}"
".waived{color:var(--waived)}.warning{color:var(--warning)}"
".right{color:var(--right)}\n"
".mark{white-space:nowrap;font-weight:600}.mark svg{width:.8em;height:.8em;"
"margin-right:.35em;fill:currentColor;fill-rule:evenodd}\n"
".lines{white-space:pre-line}.notice{color:var(--soft)}"
".shapes{position:absolute;width:0;height:0}\n"
".tiles .mark{white-space:normal}.wide{overflow-x:auto}"
".wide>*{min-width:40rem}\n"
"table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}\n"
"th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;"
"border-bottom:1px solid var(--line)}\n"
"th{color:var(--soft);font-weight:600}\n"
"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
"td,tbody th{overflow-wrap:anywhere}tbody th{color:inherit}"
"tbody th .soft{font-weight:400}"
"time,a code{white-space:nowrap}\n"
"dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;"
"margin:.5rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}\n"
".host{border-top:1px solid var(--line);padding:.75rem 0}\n"
".host:first-of-type{border:0}.host h3{margin:0}\n"
".finding{border-left:.2rem solid;padding-left:.75rem;margin:.5rem 0}\n"
".finding p{color:var(--ink);white-space:pre-line;margin:.15rem 0}\n"
".mend{background:var(--panel);padding:.35rem .6rem;border-radius:.25rem}\n"
"svg.chart{display:block;width:100%;height:auto;margin:.5rem 0;"
"font:11px system-ui,sans-serif}\n"
"svg.chart text{fill:var(--soft)}svg.chart .n{fill:var(--ink)}\n"
"svg.chart .axis{stroke:var(--line)}svg.chart rect{fill:currentColor}\n"
".top{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline;"
"padding-bottom:.75rem;margin-bottom:1.5rem;"
"border-bottom:1px solid var(--line)}\n"
".top b{margin-right:auto}"
".skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;"
"background:var(--page);padding:.25rem .5rem}\n"
":focus-visible{outline:.15rem solid var(--waived);outline-offset:.1rem}\n"
".map{display:flex;flex-wrap:wrap;gap:.25rem;margin:.5rem 0 1rem;padding:0;"
"list-style:none;max-height:75vh;overflow:auto}"
".map:not(.named){max-height:15.5rem}\n"
".map a{display:flex;align-items:center;justify-content:center;gap:.4rem;"
"min-width:1.5rem;height:1.5rem;border-radius:.25rem;"
"background:var(--panel);text-decoration:none;font-size:.8125rem}\n"
".map svg{width:.75rem;height:.75rem;fill:currentColor;flex:none}"
".map.named a{padding:0 .5rem;height:1.75rem}"
".map span{color:var(--ink)}\n"
".map a:hover span{text-decoration:underline}\n"
".filter{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:end;"
"margin:.5rem 0 1rem}.filter label{font-size:.875rem;color:var(--soft);"
"display:grid;gap:.15rem}\n"
"input,select,button{font:inherit;font-size:.875rem;color:var(--ink);"
"background:var(--page);border:1px solid var(--soft);border-radius:.25rem;"
"padding:.3rem .5rem}button{cursor:pointer;background:var(--panel)}\n"
"summary{cursor:pointer;color:var(--soft);font-size:.875rem}\n"
"pre{background:var(--panel);padding:.75rem;border-radius:.25rem;"
"overflow:auto;font:.8125rem/1.45 ui-monospace,monospace;margin:.5rem 0}\n"
".who{min-width:13rem}\n.well{display:flex;gap:.5rem;margin:.25rem 0;align-items:baseline}\n"
"@media print{.top,.filter,.skip,button{display:none}"
"@page{size:A4;margin:16mm}body{padding:0;max-width:none;"
"font-size:9.5pt}.whole,.host,.finding,tr,.tiles li{break-inside:avoid}"
"h2,h3{break-after:avoid}.wide{overflow:visible}.wide>*{min-width:0}"
"table{font-size:8pt}code{font-size:7.5pt}"
".tiles{grid-template-columns:repeat(5,1fr)}"
":root{--ink:#000;--soft:#444;--line:#bbb;--page:#fff;--panel:#f2f2f2;"
"--wrong:#a52c06;--unknown:#5b3c7e;--waived:#08518a;--warning:#744b00;"
"--right:#005a48}}\n";

/* A shape each: cross, octagon with a cross, ring, diamond, triangle, tick,
 * dot. */
static const struct { const char *name, *path; } shapes[] = {
	{ "wrong", "M2 0 8 6 14 0 16 2 10 8 16 14 14 16 8 10 2 16 0 14 "
	    "6 8 0 2Z" },
	{ "critical", "M5 0H11L16 5V11L11 16H5L0 11V5ZM5 4 4 5 7 8 4 11 5 12 8 9 "
	    "11 12 12 11 9 8 12 5 11 4 8 7Z" },
	{ "not-assessed", "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0Zm0 3a5 5 0 1 1 "
	    "0 10A5 5 0 0 1 8 3Z" },
	{ "waived", "M8 0 16 8 8 16 0 8Z" },
	{ "warning", "M8 1 16 15H0Z" },
	{ "right", "M1 9 3 7 6 10 13 2 15 4 6 14Z" },
	{ "notice", "M8 4a4 4 0 1 0 0 8A4 4 0 0 0 8 4Z" },
};

void
web_init(struct web *w, report_write_fn *write, void *ctx)
{
	*w = (struct web){ .write = write, .ctx = ctx };
}

static void
flush(struct web *w)
{
	if (!w->stopped && w->buf.len > 0 &&
	    !w->write(w->ctx, text_str(&w->buf), w->buf.len))
		w->stopped = true;
	text_reset(&w->buf);
}

bool
web_done(struct web *w)
{
	flush(w);
	text_done(&w->buf);
	return !w->stopped;
}

void
web_put(struct web *w, const char *markup)
{
	text_add(&w->buf, markup);
	if (w->buf.len > FLUSH)
		flush(w);
}

void
web_putf(struct web *w, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_addv(&w->buf, format, ap);
	va_end(ap);
}

void
web_text(struct web *w, const char *s)
{
	static const struct { char c; const char *entity; } marks[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" },
	};
	struct text t = {0};

	text_add_visible(&t, s != NULL ? s : "");
	for (const char *p = text_str(&t); *p != '\0'; p++) {
		size_t i = 0;

		while (i < 5 && marks[i].c != *p)
			i++;
		if (i < 5)
			text_add(&w->buf, marks[i].entity);
		else
			text_add_char(&w->buf, *p);
	}
	text_done(&t);
	web_put(w, "");
}

void
web_url(struct web *w, const char *s)
{
	for (; *s != '\0'; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		    (*s >= '0' && *s <= '9') || strchr("-._~", *s) != NULL)
			text_add_char(&w->buf, *s);
		else
			text_addf(&w->buf, "%%%02X", (unsigned char)*s);
}

void
web_host(struct web *w, const char *name)
{
	if (w->served && *name != '\0') {
		web_put(w, "<a href=\"/host/");
		web_url(w, name);
		web_put(w, "\">");
	}
	web_text(w, name);
	if (w->served && *name != '\0')
		web_put(w, "</a>");
}

static void
put_time(struct web *w, int64_t at, int columns)
{
	struct text t = {0};

	if (at == CLOCK_NEVER) {
		web_put(w, "not on record");
		return;
	}
	report_add_minute(at, &t);
	web_putf(w, "<time>%.*s</time>", columns, text_str(&t));
	text_done(&t);
}

void
web_time(struct web *w, int64_t at)
{
	put_time(w, at, 16);
}

void
web_day(struct web *w, int64_t at)
{
	put_time(w, at, 10);
}

void
web_hex(struct web *w, const uint8_t *bytes, size_t len)
{
	text_add_hex(&w->buf, bytes, len);
}

void
web_shape(struct web *w, const char *name)
{
	web_putf(w, "<svg aria-hidden=\"true\" viewBox=\"0 0 16 16\">"
	    "<use href=\"#%s\"/></svg>", name);
}

static void
mark(struct web *w, const char *colour, const char *shape, const char *word)
{
	web_putf(w, "<span class=\"mark %s\">", colour);
	web_shape(w, shape);
	web_putf(w, "%s</span>", word);
}

void
web_standing(struct web *w, enum standing s)
{
	mark(w, standing_name(s), standing_name(s), standing_text(s));
}

const char *
web_severity_class(enum severity s, bool waived)
{
	return waived ? "waived" : s >= SEVERITY_ERROR ? "wrong" :
	    s == SEVERITY_WARNING ? "warning" : "notice";
}

void
web_severity(struct web *w, enum severity s, bool waived)
{
	const char *colour = web_severity_class(s, waived);

	mark(w, colour, !waived && s == SEVERITY_CRITICAL ? "critical" :
	    colour, waived ? "waived" : severity_name(s));
}

const char *
web_style(void)
{
	return style;
}

void
web_begin(struct web *w, const char *title)
{
	web_put(w, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width,initial-scale=1\">\n<title>");
	web_text(w, title);
	web_put(w, "</title>\n<style>");
	web_put(w, style);
	web_put(w, "</style>\n");
	if (w->served)
		web_put(w, "<link rel=\"icon\" href=\"/icon.svg\">\n"
		    "<script src=\"/script.js\" defer></script>\n");
	web_put(w, "</head>\n<body>\n"
	    "<svg class=\"shapes\" aria-hidden=\"true\">\n");
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		web_putf(w, "<symbol id=\"%s\" viewBox=\"0 0 16 16\">"
		    "<path d=\"%s\"/></symbol>\n",
		    shapes[i].name, shapes[i].path);
	web_put(w, "</svg>\n");
}

void
web_end(struct web *w)
{
	web_put(w, "</body>\n</html>\n");
}
