/* SPDX-License-Identifier: ISC */
/* terminal.c - what all commands share with the person at the terminal. */
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>


static unsigned
columns(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (env != NULL && text_number(env, 10000, &n) && n >= 20)
		return (unsigned)n;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		return size.ws_col;
	return 100;
}

void
terminal_options(struct report_options *o)
{
	const char *no_color = getenv("NO_COLOR");
	bool tty = isatty(STDOUT_FILENO) == 1;

	*o = (struct report_options){
		.colour = tty && (no_color == NULL || no_color[0] == '\0'),
		.width = columns(), .version = CWAUDIT_VERSION,
		.now = clock_utc(&clock_system),
	};
}

bool
terminal_write(void *file, const char *bytes, size_t len)
{
	return fwrite(bytes, 1, len, file) == len;
}

bool
terminal_choose(const char *format, bool *json)
{
	*json = strcmp(format, "json") == 0;
	if (*json || strcmp(format, "table") == 0)
		return true;
	fprintf(stderr, "cwaudit: no format \"%s\" here: table or json\n",
	    format);
	return false;
}

bool
terminal_format(const char *name, const struct report_format **out)
{
	*out = report_find(name);
	if (*out != NULL)
		return true;
	fprintf(stderr, "cwaudit: no format \"%s\":", name);
	for (size_t i = 0; i < n_report_formats; i++)
		fprintf(stderr, " %s", report_formats[i].name);
	fputc('\n', stderr);
	return false;
}

bool
terminal_severity(const char *name, enum severity *out)
{
	if (severity_parse(name, out))
		return true;
	fprintf(stderr, "cwaudit: no severity \"%s\": notice, warning, error, "
	    "critical or off\n", name);
	return false;
}

int
terminal_option(int argc, char *const *argv, const char *letters,
    const struct option *options)
{
	int c = getopt_long(argc, argv, letters, options, NULL);

	if (c == '?')
		fprintf(stderr, "\"cwaudit help %s\" lists its options\n",
		    argv[0]);
	return c;
}

int
terminal_extra(const char *command, const char *argument)
{
	fprintf(stderr, "cwaudit: %s takes no argument \"%s\"\n", command,
	    argument);
	return 2;
}

void
terminal_problems(struct problems *ps)
{
	struct text t = {0};

	problems_print(ps, &t);
	fputs(text_str(&t), stderr);
	text_done(&t);
	problems_done(ps);
}

bool
terminal_has_config(void)
{
	return access(CONFIG_DEFAULT, F_OK) == 0;
}

bool
terminal_config(const char *config_path, const char **inventory_path,
    struct config *config)
{
	struct problems ps = {0};

	config_init(config);
	if (config_path == NULL && *inventory_path == NULL &&
	    terminal_has_config())
		config_path = CONFIG_DEFAULT;
	if (config_path == NULL && *inventory_path == NULL) {
		fputs("cwaudit: name an inventory with -i FILE\n", stderr);
		return false;
	}
	if (config_path != NULL && !config_read(config_path, config, &ps)) {
		terminal_problems(&ps);
		config_done(config);
		return false;
	}
	if (*inventory_path == NULL)
		*inventory_path = config->inventory;
	return true;
}
