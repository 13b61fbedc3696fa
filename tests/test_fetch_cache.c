/* SPDX-License-Identifier: ISC */
/* A directory that others may have been at: what is spoilt is not there. */
#include "revoke/fetch_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

struct place {
	char			 dir[64];
	struct fetch_cache	*cache;
	int64_t			 now;
	uint8_t			 key[CERT_SHA256];
	char			 path[256];	/* of key's file */
};

static int
begin(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	struct text why = {0};

	strcpy(p->dir, "/tmp/cwaudit-cache.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	strcat(p->dir, "/c");
	p->now = time(NULL);
	memset(p->key, 0xab, sizeof(p->key));
	strcpy(p->path, p->dir);
	strcat(p->path, "/");
	for (int i = 0; i < CERT_SHA256; i++)
		strcat(p->path, "ab");
	p->cache = fetch_cache_open(p->dir, p->now, &why);
	if (p->cache == NULL)
		fail_msg("%s", text_str(&why));
	*state = p;
	return 0;
}

static int
end(void **state)
{
	struct place *p = *state;
	DIR *dir = opendir(p->dir);
	struct dirent *d;

	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(dir), d->d_name, 0), 0);
	closedir(dir);
	assert_int_equal(rmdir(p->dir), 0);
	*strrchr(p->dir, '/') = '\0';
	assert_int_equal(rmdir(p->dir), 0);
	fetch_cache_close(p->cache);
	free(p);
	return 0;
}

static void
put(struct place *p, const char *bytes, int64_t until)
{
	struct text t = {0};

	text_add(&t, bytes);
	fetch_cache_write(p->cache, p->key, &t, p->now, until);
	text_done(&t);
}

static void
expect(struct place *p, int64_t now, const char *bytes)
{
	struct text t = {0};
	int64_t until = 0;
	bool found = fetch_cache_read(p->cache, p->key, now, &t, &until);

	assert_int_equal(found, bytes != NULL);
	assert_string_equal(text_str(&t), bytes != NULL ? bytes : "");
	assert_int_equal(until > now, found);
	text_done(&t);
}

static void
what_was_written_is_there_until_its_end(void **state)
{
	struct place *p = *state;
	struct text why = {0};

	expect(p, p->now, NULL);
	put(p, "some bytes", p->now + 100);
	expect(p, p->now, "some bytes");
	expect(p, p->now + 99, "some bytes");
	expect(p, p->now + 100, NULL);
	fetch_cache_close(p->cache);		/* and over a restart */
	p->cache = fetch_cache_open(p->dir, p->now, &why);
	expect(p, p->now, "some bytes");
	put(p, "others", p->now + 100 * FETCH_CACHE_S);
	expect(p, p->now, "others");
	expect(p, p->now + FETCH_CACHE_S, NULL);	/* a day is the most */
	fetch_cache_forget(p->cache, p->key);
	expect(p, p->now, NULL);
	put(p, "x", p->now);
	expect(p, p->now, NULL);
}

static void
no_flipped_bit_and_no_part_is_believed(void **state)
{
	struct place *p = *state;
	struct stat st;
	int fd;

	put(p, "bytes", p->now + 100);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fd = open(p->path, O_RDWR);
	for (off_t i = 0; i < st.st_size; i++) {
		char was, other;

		assert_int_equal(pread(fd, &was, 1, i), 1);
		other = (char)(was ^ 1);
		assert_int_equal(pwrite(fd, &other, 1, i), 1);
		expect(p, p->now, NULL);
		assert_int_equal(pwrite(fd, &was, 1, i), 1);
	}
	expect(p, p->now, "bytes");
	for (off_t i = st.st_size - 1; i >= 0; i--) {
		assert_int_equal(ftruncate(fd, i), 0);
		expect(p, p->now, NULL);
	}
	close(fd);
}

static void
what_is_no_file_is_not_read(void **state)
{
	struct place *p = *state;
	char real[300];

	put(p, "bytes", p->now + 100);
	snprintf(real, sizeof(real), "%s/elsewhere", p->dir);
	assert_int_equal(rename(p->path, real), 0);
	assert_int_equal(symlink(real, p->path), 0);
	expect(p, p->now, NULL);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	expect(p, p->now, NULL);		/* and does not hang */
	put(p, "again", p->now + 100);		/* takes its place */
	expect(p, p->now, "again");
}

static void
old_and_unfinished_files_go_when_it_is_opened(void **state)
{
	struct place *p = *state;
	struct text why = {0};
	char part[300], other[300];

	put(p, "bytes", p->now + 100);
	snprintf(part, sizeof(part), "%s.1.2", p->path);
	close(open(part, O_CREAT | O_WRONLY, 0600));
	snprintf(other, sizeof(other), "%s/not-ours", p->dir);
	close(open(other, O_CREAT | O_WRONLY, 0600));
	fetch_cache_close(p->cache);
	p->cache = fetch_cache_open(p->dir, p->now, &why);
	assert_int_equal(access(p->path, F_OK), 0);
	assert_int_not_equal(access(part, F_OK), 0);
	assert_int_equal(access(other, F_OK), 0);
	fetch_cache_close(p->cache);
	p->cache = fetch_cache_open(p->dir, p->now + 2 * FETCH_CACHE_S, &why);
	assert_int_not_equal(access(p->path, F_OK), 0);
}

static void
a_place_that_cannot_be_used_is_said(void **state)
{
	struct text why = {0};

	(void)state;
	assert_null(fetch_cache_open("/nonexistent/a/b", 0, &why));
	assert_string_equal(text_str(&why),
	    "/nonexistent/a/b: No such file or directory");
	text_reset(&why);
	assert_null(fetch_cache_open("/dev/null", 0, &why));
	assert_string_equal(text_str(&why), "/dev/null: Not a directory");
	text_done(&why);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(what_was_written_is_there_until_its_end),
		TEST(no_flipped_bit_and_no_part_is_believed),
		TEST(what_is_no_file_is_not_read),
		TEST(old_and_unfinished_files_go_when_it_is_opened),
		cmocka_unit_test(a_place_that_cannot_be_used_is_said),
	};

	return cmocka_run_group_tests_name("fetch_cache", tests, NULL, NULL);
}
