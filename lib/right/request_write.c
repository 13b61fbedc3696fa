/* SPDX-License-Identifier: ISC */
/*
 * request_write.c - a request in the words of certreq, LCSCmd.exe or openssl.
 * What is written is safe to paste: names were checked by request.c, the rest
 * of a subject is checked here. Comments say what to do next.
 */
#include "cwaudit/request.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define COMMENT_WIDTH	78
#define SERVER_AUTH	"1.3.6.1.5.5.7.3.1"
#define SAN_OID		"2.5.29.17"
/* Fields of an INF, Microsoft "General Syntax Rules for INF Files". */
#define INF_FIELD_MAX	4095
/* A line of cmd.exe, KB830473. */
#define CMD_LINE_MAX	8191

/* ---- comments ---- */

/* Words after a comment mark, broken before the line gets too long. */
static void
comment(struct text *out, const char *mark, const char *words)
{
	size_t column = 0;

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		if (column > 0 && column + 1 + len > COMMENT_WIDTH) {
			text_add_char(out, '\n');
			column = 0;
		}
		if (column == 0) {
			text_add(out, mark);
			column = strlen(mark);
		}
		text_add_char(out, ' ');
		text_add_bytes(out, words, len);
		column += 1 + len;
		words += len + strspn(words + len, " ");
	}
	text_add_char(out, '\n');
}

/* A line to copy: never broken. */
static void
command(struct text *out, const char *mark, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static void
command(struct text *out, const char *mark, const char *fmt, ...)
{
	va_list ap;

	text_addf(out, "%s     ", mark);
	va_start(ap, fmt);
	text_addv(out, fmt, ap);
	va_end(ap);
	text_add_char(out, '\n');
}

static void
blank(struct text *out, const char *mark)
{
	text_addf(out, "%s\n", mark);
}

static void
add_heading(struct text *out, const char *mark, const struct request *r,
    const struct request_form *form, const char *extension)
{
	struct text t = {0};

	text_addf(&t, "cwaudit %s, request %zu of %zu: ", form->version,
	    form->number, form->of);
	request_add_title(r, &t);
	comment(out, mark, text_str(&t));
	text_done(&t);
	blank(out, mark);
	text_addf(out, "%s CN   %s\n", mark, r->cn);
	for (size_t i = 0; i < r->names.n; i++)
		text_addf(out, "%s %s  %s (%s)\n", mark, i == 0 ? "SAN" : "   ",
		    r->names.item[i], r->why.item[i]);
	for (size_t i = 0; i < r->places.n; i++)
		text_addf(out, "%s %s  %s\n", mark, i == 0 ? "for" : "   ",
		    r->places.item[i]);
	blank(out, mark);
	text_addf(out, "%s Save this as %s%s\n", mark, r->file, extension);
}

/* "3. ...": what is to be done, one after the other. */
static void
step(struct text *out, const char *mark, int *number, const char *words)
{
	struct text t = {0};

	text_addf(&t, "%d. %s", ++*number, words);
	comment(out, mark, text_str(&t));
	text_done(&t);
}

/* See whether the answer is right before anything depends on it. */
static void
add_check_step(struct text *out, const char *mark, int *number,
    const struct request *r, const struct request_form *form)
{
	struct text t = {0};

	step(out, mark, number, "Before the answer is installed, see whether "
	    "the CA kept every name. (These are an extension of the request; "
	    "a Windows CA drops names that are only an attribute of it, "
	    "KB931351.)");
	text_addf(&t, "cwaudit check %s.cer --as %s --host %s", r->file,
	    r->role == ROLE_PUBLISHED ? "https" : role_name(r->role),
	    r->role == ROLE_PUBLISHED ? r->cn : r->owner);
	for (size_t i = 0; i < r->sites.n; i++)
		if (r->role != ROLE_HTTPS || i == 0)
			text_addf(&t, " --site %s", r->sites.item[i]);
	if (form->inventory != NULL && r->role != ROLE_PUBLISHED) {
		text_add(&t, " -i ");
		text_add_word(&t, form->inventory);
	}
	command(out, mark, "%s", text_str(&t));
	text_done(&t);
}

static void
add_assignment(const struct request *r, struct text *t)
{
	switch (r->role) {
	case ROLE_MTLS:
		text_addf(t, "Assign it on %s in the Activate wizard of "
		    "Communicator Web Access: every MTLS port of the host "
		    "presents this one certificate.", r->owner);
		return;
	case ROLE_HTTPS:
		text_addf(t, "Assign it on %s to the HTTPS binding of the "
		    "site in IIS.", r->owner);
		return;
	case ROLE_SINGLE:
		text_addf(t, "Assign it on %s twice: as the host's MTLS "
		    "certificate in the Activate wizard of Communicator Web "
		    "Access, and to the HTTPS binding of each site in IIS. "
		    "Bindings are kept by serial number: one that is not "
		    "moved goes on with the old certificate.", r->owner);
		return;
	case ROLE_PUBLISHED:
		text_addf(t, "Install it on what stands in front, %s.",
		    r->owner);
		return;
	}
}

static void
add_last_steps(struct text *out, const char *mark, int *number,
    const struct request *r, const struct request_form *form)
{
	struct text t = {0};

	add_assignment(r, &t);
	step(out, mark, number, text_str(&t));
	text_reset(&t);
	if (form->inventory != NULL) {
		step(out, mark, number, "Look at every port:");
		text_add(&t, "cwaudit audit -i ");
		text_add_word(&t, form->inventory);
		command(out, mark, "%s %s", text_str(&t), r->owner);
	}
	text_done(&t);
}

/* ---- the rest of a subject ---- */

static const struct {
	const char	*key;		/* X.500, openssl */
	const char	*lcscmd;	/* parameter of LCSCmd.exe */
	const char	*option;	/* of the command */
	size_t		 longest;	/* RFC 5280 appendix A.1 */
	size_t		 offset;
} parts[] = {
	{ "OU", "OU", "--ou", 64, offsetof(struct request_subject, unit) },
	{ "O", "org", "--org", 64, offsetof(struct request_subject, org) },
	{ "L", "city", "--city", 128, offsetof(struct request_subject, city) },
	{ "ST", "state", "--state", 128,
	    offsetof(struct request_subject, state) },
	{ "C", "country", "--country", 2,
	    offsetof(struct request_subject, country) },
};

static const char *
part_value(const struct request_form *form, size_t part)
{
	return *(const char *const *)((const char *)&form->subject +
	    parts[part].offset);
}

/*
 * PrintableString (X.680) and "&": nothing in it ends a quotation or means
 * something to an INF, cmd.exe or openssl, but for what is quoted below.
 */
const char *
request_subject_problem(const char *s, size_t longest)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '()+,-./:=?&";
	size_t len = strlen(s);

	if (len == 0)
		return "is empty: leave the option out";
	if (len > longest)
		return longest == 2 ? "is not a country's two letters" :
		    "is longer than a subject may hold (RFC 5280, appendix "
		    "A.1)";
	if (longest == 2 && (len != 2 || !isalpha((unsigned char)s[0]) ||
	    !isalpha((unsigned char)s[1])))
		return "is not a country's two letters";
	if (s[strspn(s, allowed)] != '\0')
		return "may only hold ASCII letters, digits, spaces and "
		    "'()+,-./:=?&";
	if (s[0] == ' ' || s[len - 1] == ' ')
		return "begins or ends with a space";
	return NULL;
}

static bool
subject_is_clean(const struct request_form *form, struct text *why)
{
	for (size_t i = 0; i < ARRAY_N(parts); i++) {
		const char *value = part_value(form, i), *wrong;

		wrong = value == NULL ? NULL :
		    request_subject_problem(value, parts[i].longest);
		if (wrong == NULL)
			continue;
		text_addf(why, "%s \"", parts[i].option);
		text_add_escaped(why, value, strlen(value), 200);
		text_addf(why, "\" %s", wrong);
		return false;
	}
	return true;
}

/* ---- SAN ---- */

static void *
need(void *made)
{
	if (made == NULL)
		abort();	/* OpenSSL ran out of memory */
	return made;
}

void
request_add_san_base64(const struct strings *names, struct text *out)
{
	GENERAL_NAMES *san = need(sk_GENERAL_NAME_new_null());
	unsigned char *der = NULL, *base64;
	int len;

	for (size_t i = 0; i < names->n; i++) {
		GENERAL_NAME *name = need(GENERAL_NAME_new());
		ASN1_IA5STRING *value = need(ASN1_IA5STRING_new());

		if (ASN1_STRING_set(value, names->item[i], -1) != 1)
			abort();
		GENERAL_NAME_set0_value(name, GEN_DNS, value);
		if (sk_GENERAL_NAME_push(san, name) <= 0)
			abort();
	}
	len = i2d_GENERAL_NAMES(san, &der);
	if (len < 0)
		abort();
	base64 = xcalloc(((size_t)len + 2) / 3 * 4 + 1, 1);
	(void)EVP_EncodeBlock(base64, der, len);
	text_add(out, (const char *)base64);
	free(base64);
	OPENSSL_free(der);
	sk_GENERAL_NAME_pop_free(san, GENERAL_NAME_free);
}

/* ---- certreq ---- */

/*
 * The name is X.500 text, where a value with one of these stands in quotation
 * marks (CertStrToName), and the field of the INF is a quoted one, in which a
 * quotation mark is written twice.
 */
static void
add_inf_subject(struct text *out, const struct request *r,
    const struct request_form *form)
{
	text_addf(out, "Subject=\"CN=%s", r->cn);
	for (size_t i = 0; i < ARRAY_N(parts); i++) {
		const char *value = part_value(form, i);
		/* certreq's word for stateOrProvinceName is S */
		const char *key = strcmp(parts[i].key, "ST") == 0 ? "S" :
		    parts[i].key;

		if (value == NULL)
			continue;
		if (strpbrk(value, ",+=") != NULL)
			text_addf(out, ",%s=\"\"%s\"\"", key, value);
		else
			text_addf(out, ",%s=%s", key, value);
	}
	text_add(out, "\"\n");
}

/*
 * The text form came with Windows Server 2008; before, an extension is base64
 * of its DER (Microsoft ff625722, "How to Request a Certificate With a Custom
 * Subject Alternative Name").
 */
static bool
add_inf_san(struct text *out, const struct request *r, struct text *why)
{
	text_add(out, "[Extensions]\n");
	if (r->os == OS_2003) {
		struct text base64 = {0};
		bool fits;

		request_add_san_base64(&r->names, &base64);
		fits = base64.len <= INF_FIELD_MAX;
		if (fits)
			text_addf(out, SAN_OID "=%s\n", text_str(&base64));
		else
			text_addf(why, "the %zu names of %s make a value "
			    "longer than a line of an INF may be: use "
			    "--format openssl, or make the request on "
			    "Windows Server 2008 or later (--os 2008)",
			    r->names.n, r->owner);
		text_done(&base64);
		return fits;
	}
	text_add(out, SAN_OID "=\"{text}\"\n");
	for (size_t i = 0; i < r->names.n; i++)
		text_addf(out, "_continue_=\"dns=%s&\"\n", r->names.item[i]);
	return true;
}

static void
add_inf_steps(struct text *out, const struct request *r,
    const struct request_form *form)
{
	struct text t = {0};
	int number = 0;

	blank(out, ";");
	text_addf(&t, "On %s, as an administrator:", r->role ==
	    ROLE_PUBLISHED ? "the server that stands in front" : r->owner);
	step(out, ";", &number, text_str(&t));
	text_done(&t);
	command(out, ";", "certreq -new %s.inf %s.req", r->file, r->file);
	step(out, ";", &number, "Send the .req to the CA. A Windows CA that "
	    "issues by templates takes it so:");
	command(out, ";", "certreq -submit -attrib "
	    "\"CertificateTemplate:WebServer\" %s.req %s.cer", r->file,
	    r->file);
	add_check_step(out, ";", &number, r, form);
	step(out, ";", &number, "Where the request was made, as an "
	    "administrator:");
	command(out, ";", "certreq -accept %s.cer", r->file);
	add_last_steps(out, ";", &number, r, form);
}

/*
 * Settings as the certificate wizard of Office Communications Server writes
 * them (Microsoft bb663762, with the key exportable and 2048 bits long).
 * No HashAlgorithm: Windows Server 2003's certreq does not know it; it says
 * how the request is signed, and a CA chooses for the certificate by itself.
 */
static bool
write_inf(const struct request *r, const struct request_form *form,
    struct text *out, struct text *why)
{
	struct text inf = {0};
	bool ok = subject_is_clean(form, why);

	add_heading(&inf, ";", r, form, ".inf");
	comment(&inf, ";", r->os == OS_2003 ? "For Windows Server 2003: the "
	    "SAN is base64, as its certreq wants it. A certificate that the CA "
	    "signs with SHA-2 needs KB938397 or KB968730 there." : "For Windows Server "
	    "2008 or later; 2003 cannot read this SAN (--os 2003).");
	add_inf_steps(&inf, r, form);
	text_add(&inf, "\n[Version]\nSignature=\"$Windows NT$\"\n\n"
	    "[NewRequest]\n");
	add_inf_subject(&inf, r, form);
	text_addf(&inf, "KeySpec=1\nKeyLength=%d\nKeyUsage=0xA0\n"
	    "Exportable=TRUE\nMachineKeySet=TRUE\n"
	    "ProviderName=\"Microsoft RSA SChannel Cryptographic Provider\"\n"
	    "ProviderType=12\nRequestType=PKCS10\n"
	    "SMIME=FALSE\nPrivateKeyArchive=FALSE\nUserProtected=FALSE\n"
	    "UseExistingKeySet=FALSE\n", REQUEST_KEY_BITS);
	if (r->os != OS_2003)
		text_add(&inf, "; only if the CA refuses requests that are "
		    "signed with SHA-1:\n;HashAlgorithm=SHA256\n");
	text_add(&inf, "\n[EnhancedKeyUsageExtension]\nOID=" SERVER_AUTH
	    "\n\n");
	ok = ok && add_inf_san(&inf, r, why);
	if (ok)
		text_add(out, text_str(&inf));
	text_done(&inf);
	return ok;
}

/* ---- LCSCmd.exe ---- */

/*
 * Microsoft dd572386, "Requesting Certificates (Command Line)": several values
 * of a parameter are separated by commas (bb905979). The CN is added to the
 * SAN by autoAppendSNToSAN; said twice it would stand there twice.
 */
static void
add_lcscmd_line(struct text *line, const struct request *r,
    const struct request_form *form)
{
	const char *comma = "";

	text_addf(line, "LCSCmd.exe /Cert /Action:Request /sn:%s", r->cn);
	for (size_t i = 0; i < r->names.n; i++) {
		if (text_equal(r->names.item[i], r->cn))
			continue;
		text_addf(line, "%s%s", *comma == '\0' ? " /san:" : comma,
		    r->names.item[i]);
		comma = ",";
	}
	text_addf(line, " /bitLength:%d /exportable:TRUE "
	    "/autoAppendSNToSAN:TRUE /online:FALSE /Filename:%s.req "
	    "/friendlyName:%s", REQUEST_KEY_BITS, r->file, r->file);
	for (size_t i = 0; i < ARRAY_N(parts); i++)
		if (part_value(form, i) != NULL)
			text_addf(line, " /%s:\"%s\"", parts[i].lcscmd,
			    part_value(form, i));
}

/* The page shows these five without the brackets of what may be left out. */
static void
add_lcscmd_lacks(struct text *out, const struct request_form *form)
{
	struct text t = {0};

	for (size_t i = 0; i < ARRAY_N(parts); i++)
		if (part_value(form, i) == NULL)
			text_addf(&t, "%s/%s (%s)", t.len > 0 ? ", " : "",
			    parts[i].lcscmd, parts[i].option);
	if (t.len > 0) {
		text_add(&t, " are not given: LCSCmd.exe asks for all five of "
		    "organization, unit, city, state and country (dd572386).");
		comment(out, "rem", text_str(&t));
	}
	text_done(&t);
}

static void
add_lcscmd_steps(struct text *out, const struct request *r,
    const struct request_form *form, const char *line)
{
	struct text t = {0};
	int number = 0;

	blank(out, "rem");
	text_addf(&t, "On %s, as an administrator, in one line:", r->owner);
	step(out, "rem", &number, text_str(&t));
	text_done(&t);
	text_addf(out, "%s\n", line);
	step(out, "rem", &number, "Send the .req to the CA.");
	add_check_step(out, "rem", &number, r, form);
	step(out, "rem", &number, "Install the answer with LCSCmd.exe /Cert "
	    "/Action:ImportResponse, where the request was made. (LCSCmd.exe "
	    "cannot assign it to Communicator Web Access.)");
	add_last_steps(out, "rem", &number, r, form);
}

static bool
write_lcscmd(const struct request *r, const struct request_form *form,
    struct text *out, struct text *why)
{
	struct text line = {0};
	bool ok = subject_is_clean(form, why);

	if (ok && r->role == ROLE_PUBLISHED) {
		text_addf(why, "LCSCmd.exe runs on Office Communications "
		    "servers, not on what stands in front of them (%s): use "
		    "--format inf or openssl", r->owner);
		ok = false;
	}
	add_lcscmd_line(&line, r, form);
	if (ok && line.len > CMD_LINE_MAX) {
		text_addf(why, "the %zu names of %s make a line longer than "
		    "cmd.exe takes (KB830473): use --format inf",
		    r->names.n, r->owner);
		ok = false;
	}
	if (ok) {
		add_heading(out, "rem", r, form, ".cmd");
		add_lcscmd_lacks(out, form);
		add_lcscmd_steps(out, r, form, text_str(&line));
	}
	text_done(&line);
	return ok;
}

/* ---- openssl ---- */

/* Values may hold a quotation mark of openssl's, see config(5ssl). */
static void
add_cnf_value(struct text *out, const char *key, const char *value)
{
	text_addf(out, "%s = ", key);
	for (; *value != '\0'; value++) {
		if (*value == '\'')
			text_add_char(out, '\\');
		text_add_char(out, *value);
	}
	text_add_char(out, '\n');
}

static void
add_cnf_steps(struct text *out, const struct request *r,
    const struct request_form *form)
{
	int number = 0;

	blank(out, "#");
	step(out, "#", &number, "Make a key, protected by a password, and a "
	    "request:");
	command(out, "#", "openssl req -new -newkey rsa:%d -config %s.cnf "
	    "-keyout %s.key -out %s.csr", REQUEST_KEY_BITS, r->file, r->file,
	    r->file);
	step(out, "#", &number, "Send the .csr to the CA. A Windows CA that "
	    "issues by templates takes it so:");
	command(out, "#", "certreq -submit -attrib "
	    "\"CertificateTemplate:WebServer\" %s.csr %s.cer", r->file,
	    r->file);
	add_check_step(out, "#", &number, r, form);
	step(out, "#", &number, "For Windows, put certificate and key (PEM) "
	    "into one file, in a form that old versions read, too, and import "
	    "it into the computer's store:");
	command(out, "#", "openssl pkcs12 -export -certpbe PBE-SHA1-3DES "
	    "-keypbe PBE-SHA1-3DES -macalg sha1 -inkey %s.key -in %s.cer "
	    "-CSP \"Microsoft RSA SChannel Cryptographic Provider\" "
	    "-out %s.pfx", r->file, r->file, r->file);
	add_last_steps(out, "#", &number, r, form);
}

static bool
write_openssl(const struct request *r, const struct request_form *form,
    struct text *out, struct text *why)
{
	if (!subject_is_clean(form, why))
		return false;
	add_heading(out, "#", r, form, ".cnf");
	add_cnf_steps(out, r, form);
	text_addf(out, "\n[req]\nprompt = no\nutf8 = yes\n"
	    "string_mask = utf8only\ndefault_bits = %d\n"
	    "default_md = sha256\ndistinguished_name = subject\n"
	    "req_extensions = extensions\n\n[subject]\n", REQUEST_KEY_BITS);
	for (size_t i = ARRAY_N(parts); i-- > 0;)
		if (part_value(form, i) != NULL)
			add_cnf_value(out, parts[i].key, part_value(form, i));
	add_cnf_value(out, "CN", r->cn);
	text_add(out, "\n[extensions]\n"
	    "keyUsage = critical,digitalSignature,keyEncipherment\n"
	    "extendedKeyUsage = serverAuth\n"
	    "subjectAltName = @names\n\n[names]\n");
	for (size_t i = 0; i < r->names.n; i++)
		text_addf(out, "DNS.%zu = %s\n", i + 1, r->names.item[i]);
	return true;
}

const struct request_format request_formats[] = {
	{ "inf", ".inf", true, write_inf },
	{ "lcscmd", ".cmd", true, write_lcscmd },
	{ "openssl", ".cnf", false, write_openssl },
};
const size_t n_request_formats = ARRAY_N(request_formats);

const struct request_format *
request_format_find(const char *name)
{
	for (size_t i = 0; i < n_request_formats; i++)
		if (strcmp(request_formats[i].name, name) == 0)
			return &request_formats[i];
	return NULL;
}
