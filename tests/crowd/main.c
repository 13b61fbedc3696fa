/* SPDX-License-Identifier: ISC */
/*
 * crowd - a simulated fleet of up to 500,000 hosts with two ports each, in a
 * network namespace of its own, and a command that runs there with it.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "limit.h"
#include "serve.h"

#define MAX_HOSTS	500000

static const char usage[] =
"usage: crowd [options] DIR COMMAND [ARGUMENT...]\n"
"Writes DIR/inventory.yaml, corp-roots.pem and targets (ADDRESS PORT NAME a\n"
"line), and the ports of one job as https.yaml, https.targets and so on. Once\n"
"all listen it runs the command, whose status it ends with.\n"
"  --hosts N      (1000), two ports each: HTTPS 443, MTLS 5061\n"
"  --seed N       which host is what\n"
"  --real         handshakes by OpenSSL; else canned first flights\n"
"  --slow N  --dead N  --reset N  --change N\n"
"                 so many of 1,000 hosts are slow (0.4 s), swallow SYNs, or\n"
"                 reset who says hello, or change certificates at SIGUSR1\n"
"  --farm N       so many hosts share a site\n"
"  --timeout SPAN of a look, in the inventory (10s)\n"
"Needs root: a network namespace where all of 127.0.0.0/8 is its.\n";

static unsigned long
parse_number(const char *s, uint64_t max)
{
	uint64_t n;

	if (!text_number(s, max, &n))
		errx(2, "crowd: '%s' is no number up to %ju", s,
		    (uintmax_t)max);
	return (unsigned long)n;
}

static void
parse_options(int argc, char **argv, struct crowd_options *o)
{
	static const struct option names[] = {
		{ "hosts", 1, NULL, 'n' }, { "seed", 1, NULL, 's' },
		{ "real", 0, NULL, 'r' }, { "farm", 1, NULL, 'f' },
		{ "timeout", 1, NULL, 't' }, { "help", 0, NULL, 'h' },
		{ "slow", 1, NULL, TEMPER_SLOW },
		{ "dead", 1, NULL, TEMPER_DEAD },
		{ "reset", 1, NULL, TEMPER_RESET },
		{ "change", 1, NULL, TEMPER_CHANGE },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+", names, NULL)) != -1) {
		switch (c) {
		case 'n': o->hosts = parse_number(optarg, MAX_HOSTS); break;
		case 's': o->seed = parse_number(optarg, 65535); break;
		case 'f': o->farm = (unsigned)parse_number(optarg, 1000); break;
		case 'r': o->real = true; break;
		case 't': o->timeout = optarg; break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		case '?':
			fputs(usage, stderr);
			exit(2);
		default:
			o->share[c] = (unsigned)parse_number(optarg, 1000);
		}
	}
	if (argc - optind < 2 || o->hosts == 0) {
		fputs(usage, stderr);
		exit(2);
	}
}

/* An empty network, and its loopback up. */
static void
leave_network(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	int fd;

	if (unshare(CLONE_NEWNET) != 0)
		err(1, "crowd: no network namespace");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo) != 0)
		err(1, "crowd: no loopback");
	lo.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
		err(1, "crowd: the loopback stays down");
	close(fd);
}

/* Of this namespace alone; where it cannot be set, it stays. */
static void
set_kernel(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)!write(fd, value, strlen(value));
		close(fd);
	}
}

static void
write_file(const char *dir, const char *name, struct text *t)
{
	struct text path = { 0 };
	FILE *f;

	text_addf(&path, "%s/%s", dir, name);
	f = fopen(text_str(&path), "w");
	if (f == NULL || fwrite(text_str(t), 1, t->len, f) != t->len ||
	    fclose(f) != 0)
		err(1, "crowd: %s", text_str(&path));
	text_done(&path);
	text_done(t);
}

static const struct {
	enum job	 job;
	const char	*inventory, *targets;
} papers[] = {
	{ JOBS, "inventory.yaml", "targets" },
	{ JOB_HTTPS, "https.yaml", "https.targets" },
	{ JOB_MTLS, "mtls.yaml", "mtls.targets" },
};

static void
write_papers(const struct crowd *c, const char *dir)
{
	struct text t = { 0 };

	leaf_roots_pem(&t);
	write_file(dir, "corp-roots.pem", &t);
	for (size_t i = 0; i < sizeof papers / sizeof *papers; i++) {
		crowd_inventory(c, papers[i].job, &t);
		write_file(dir, papers[i].inventory, &t);
		crowd_targets(c, papers[i].job, &t);
		write_file(dir, papers[i].targets, &t);
	}
	text_addf(&t, "%ld\n", (long)getpid());
	write_file(dir, "crowd.pid", &t);
}

static pid_t
run(char **command)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execvp(command[0], command);
		err(127, "crowd: %s", command[0]);
	}
	if (pid < 0)
		err(1, "crowd: fork");
	return pid;
}

static void
on_end(evutil_socket_t fd, short what, void *base)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(base);
}

static void
on_change(evutil_socket_t fd, short what, void *crowd)
{
	(void)fd;
	(void)what;
	crowd_change(crowd);
}

/* Until the command ends; its status. */
static int
serve(struct crowd *c, const char *dir, char **command)
{
	struct event_base *base = event_base_new();
	struct serve *s = serve_new(base, c);
	struct event *on[3];
	int status = 0;
	pid_t pid;

	on[0] = evsignal_new(base, SIGCHLD, on_end, base);
	on[1] = evsignal_new(base, SIGTERM, on_end, base);
	on[2] = evsignal_new(base, SIGUSR1, on_change, c);
	for (int i = 0; i < 3; i++)
		event_add(on[i], NULL);
	write_papers(c, dir);
	pid = run(command);
	event_base_dispatch(base);
	if (waitpid(pid, &status, WNOHANG) == 0) {
		kill(pid, SIGTERM);
		waitpid(pid, &status, 0);
	}
	for (int i = 0; i < 3; i++)
		event_free(on[i]);
	serve_free(s);
	event_base_free(base);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int
main(int argc, char **argv)
{
	struct crowd_options o = { .hosts = 1000, .seed = 1, .timeout = "10s" };
	struct crowd crowd;
	int status;

	parse_options(argc, argv, &o);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	leave_network();
	set_kernel("/proc/sys/net/ipv4/ip_local_port_range", "1024 65535");
	set_kernel("/proc/sys/net/core/somaxconn", "4096");
	raise_limit();
	crowd_init(&crowd, &o);
	status = serve(&crowd, argv[optind], argv + optind + 1);
	crowd_done(&crowd);
	leaf_done();
	return status;
}
