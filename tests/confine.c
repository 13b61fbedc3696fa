/* SPDX-License-Identifier: ISC */
/*
 * confine.c - runs a program under the system call filter that systemd makes
 * of a unit with SystemCallFilter=, RestrictAddressFamilies=AF_UNIX AF_INET
 * AF_INET6, RestrictNamespaces=, MemoryDenyWriteExecute= and
 * NoNewPrivileges=: what is refused fails with EPERM, clone3 with ENOSYS.
 * usage: confine FILE PROGRAM [ARGUMENT...]; FILE: the calls allowed, a name
 * a line. Exit: 77 where this machine takes no filter, else the program's.
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOT_TRIED 77
#define ALLOW(f, call, ...) \
	seccomp_rule_add((f), SCMP_ACT_ALLOW, SCMP_SYS(call), __VA_ARGS__)
#define BITS(arg, mask, is) \
	SCMP_CMP((arg), SCMP_CMP_MASKED_EQ, (mask), (is))

#define NAMESPACES (CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | \
	CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWUTS)

/* Calls that depend on their arguments, and two that never pass. */
static const char *const by_arguments[] = {
	"socket", "mmap", "mprotect", "pkey_mprotect", "shmat", "clone",
	"clone3", "unshare", "setns",
};

static bool
depends(const char *call)
{
	for (size_t i = 0; i < sizeof(by_arguments) / sizeof(*by_arguments);
	    i++)
		if (strcmp(call, by_arguments[i]) == 0)
			return true;
	return false;
}

static int
add_by_arguments(scmp_filter_ctx f)
{
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6 };
	int failed = 0;

	for (size_t i = 0; i < 3; i++)
		failed |= ALLOW(f, socket, 1, SCMP_CMP(0, SCMP_CMP_EQ,
		    (scmp_datum_t)families[i]));
	failed |= ALLOW(f, mmap, 1, BITS(2, PROT_EXEC, 0));
	failed |= ALLOW(f, mmap, 1, BITS(2, PROT_EXEC | PROT_WRITE,
	    PROT_EXEC));
	failed |= ALLOW(f, mprotect, 1, BITS(2, PROT_EXEC, 0));
	failed |= ALLOW(f, shmat, 1, BITS(2, SHM_EXEC, 0));
	failed |= ALLOW(f, clone, 1, BITS(0, NAMESPACES, 0));
	failed |= seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS),
	    SCMP_SYS(clone3), 0);
	return failed;
}

static int
add_names(scmp_filter_ctx f, FILE *names)
{
	char name[80];
	int failed = 0;

	while (fscanf(names, "%79s", name) == 1) {
		int call = seccomp_syscall_resolve_name(name);

		/* systemd, too, passes over those of other architectures */
		if (call >= 0 && !depends(name))
			failed |= seccomp_rule_add(f, SCMP_ACT_ALLOW, call, 0);
	}
	return failed;
}

int
main(int argc, char **argv)
{
	FILE *names = argc > 2 ? fopen(argv[1], "r") : NULL;
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (names == NULL || f == NULL) {
		fputs("usage: confine FILE PROGRAM [ARGUMENT...]\n", stderr);
		return 2;
	}
	if (add_names(f, names) != 0 || add_by_arguments(f) != 0 ||
	    seccomp_load(f) != 0)	/* with no_new_privs */
		return NOT_TRIED;
	(void)fclose(names);
	seccomp_release(f);
	(void)execv(argv[2], argv + 2);
	perror(argv[2]);
	return 2;
}
