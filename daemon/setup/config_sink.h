/* SPDX-License-Identifier: ISC */
/* config_sink.h - where alerts go beyond syslog: "notify:" of cwauditd.yaml. */
#ifndef CWAUDIT_CONFIG_SINK_H
#define CWAUDIT_CONFIG_SINK_H

#include "cwaudit/reader.h"
#include "cwaudit/severity.h"

#define CONFIG_SINKS	16

/* One of webhook, alertmanager and command is set. */
struct config_sink {
	char		*name;		/* its mark in the store; a file's word */
	char		*webhook;	/* URL that events are posted to */
	char		*alertmanager;	/* URL; /api/v2/alerts is added */
	struct strings	 command;	/* absolute path and arguments */
	int		 severity;	/* enum severity; the least */
	char		*ca;		/* PEM file; NULL: the system's */
	char		*header;	/* file with a header line, mode 0600; NULL */
};

struct config_sinks {
	struct config_sink *item;	/* arena's */
	size_t		 n;
};

/* A list of maps; problems go to the reader. */
void	config_sinks_read(struct reader *, const struct node *,
	    struct config_sinks *);
void	config_sinks_print(const struct config_sinks *, struct text *);

#endif
