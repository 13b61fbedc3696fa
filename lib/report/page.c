/* SPDX-License-Identifier: ISC */
/* page.c - text for people: colours, columns, paragraphs. */
#include "cwaudit/page.h"

#include <string.h>

#define PAGE_FLUSH	4096	/* bytes that are worth a write */
#define PAGE_NARROWEST	40	/* below this, wrapping helps nobody */

static const char *const sequences[] = {
	[PAGE_PLAIN]	= "\033[0m",
	[PAGE_BOLD]	= "\033[1m",
	[PAGE_DIM]	= "\033[2m",
	[PAGE_GREEN]	= "\033[32m",
	[PAGE_NOTICE]	= "\033[36m",
	[PAGE_WARNING]	= "\033[33m",
	[PAGE_ERROR]	= "\033[31m",
	[PAGE_CRITICAL]	= "\033[1;31m",
};

void
page_init(struct page *p, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	*p = (struct page){
		.write = write, .ctx = ctx,
		.colour = options->colour, .width = options->width,
	};
	if (p->width > 0 && p->width < PAGE_NARROWEST)
		p->width = PAGE_NARROWEST;
}

static void
flush(struct page *p)
{
	if (!p->stopped && p->buf.len > 0 &&
	    !p->write(p->ctx, text_str(&p->buf), p->buf.len))
		p->stopped = true;
	text_reset(&p->buf);
}

bool
page_done(struct page *p)
{
	page_style(p, PAGE_PLAIN);
	flush(p);
	text_done(&p->buf);
	return !p->stopped;
}

void
page_style(struct page *p, enum page_style style)
{
	if (style == p->style)
		return;
	if (p->colour && p->style != PAGE_PLAIN)
		text_add(&p->buf, sequences[PAGE_PLAIN]);
	if (p->colour && style != PAGE_PLAIN)
		text_add(&p->buf, sequences[style]);
	p->style = style;
}

enum page_style
page_severity_style(enum severity severity)
{
	static const enum page_style styles[SEVERITY_N] = {
		[SEVERITY_OFF]		= PAGE_DIM,
		[SEVERITY_NOTICE]	= PAGE_NOTICE,
		[SEVERITY_WARNING]	= PAGE_WARNING,
		[SEVERITY_ERROR]	= PAGE_ERROR,
		[SEVERITY_CRITICAL]	= PAGE_CRITICAL,
	};

	return styles[severity];
}

/* Continuation bytes take no column (RFC 3629). */
static bool
begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* What a terminal might obey, and what misleads its reader, is shown. */
static void
put_bytes(struct page *p, const char *s, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		bool bad;

		n = text_next(s + i, len - i, &bad);
		if (!bad) {
			p->column++;
			text_add_bytes(&p->buf, s + i, n);
			continue;
		}
		for (size_t k = 0; k < n; k++)
			text_addf(&p->buf, "\\x%02X", (unsigned char)s[i + k]);
		p->column += 4 * (unsigned)n;
	}
}

void
page_put(struct page *p, const char *s)
{
	put_bytes(p, s, strlen(s));
}

void
page_putf(struct page *p, const char *fmt, ...)
{
	struct text t = {0};
	va_list ap;

	va_start(ap, fmt);
	text_addv(&t, fmt, ap);
	va_end(ap);
	page_put(p, text_str(&t));
	text_done(&t);
}

void
page_to(struct page *p, unsigned column)
{
	if (p->column >= column && p->column > 0)
		column = p->column + 1;
	for (; p->column < column; p->column++)
		text_add_char(&p->buf, ' ');
}

/* The line feed alone: the style goes on. */
static void
break_line(struct page *p)
{
	text_add_char(&p->buf, '\n');
	p->column = 0;
	p->gap = false;
	if (p->buf.len >= PAGE_FLUSH)
		flush(p);
}

static unsigned
columns_of(const char *s, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += begins_character(s[i]);
	return n;
}

void
page_lines(struct page *p, const char *lines)
{
	struct text line = {0};

	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		text_add_bytes(&line, lines, len);
		page_put(p, text_str(&line));
		page_end(p);
		text_reset(&line);
		lines += len + (lines[len] == '\n');
	}
	text_done(&line);
}

unsigned
page_columns(const char *s)
{
	return columns_of(s, strlen(s));
}

static void
wrap_word(struct page *p, unsigned indent, const char *s, size_t len)
{
	unsigned wide = columns_of(s, len);

	if (p->gap && p->width > 0 && p->column + 1 + wide > p->width &&
	    p->column > indent)
		break_line(p);
	else if (p->gap && p->column > 0)
		page_put(p, " ");
	if (p->column == 0)
		page_to(p, indent);
	put_bytes(p, s, len);
	p->gap = true;
}

void
page_wrap(struct page *p, unsigned indent, const char *s)
{
	while (*s != '\0') {
		size_t len = strcspn(s, " \n");

		if (len > 0)
			wrap_word(p, indent, s, len);
		s += len;
		if (*s == '\n')
			break_line(p);
		s += *s != '\0';
	}
	p->gap = false;
}

void
page_gap(struct page *p)
{
	p->gap = true;
}

void
page_end(struct page *p)
{
	page_style(p, PAGE_PLAIN);
	break_line(p);
}

void
page_paragraph(struct page *p, unsigned indent, const char *s)
{
	page_wrap(p, indent, s);
	page_end(p);
}
