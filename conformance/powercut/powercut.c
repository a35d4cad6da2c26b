/*
 * Power loss and failing disks, played for the files of one folder.
 *
 * kill -9 proves nothing about durability: the page cache outlives the process. This library, loaded with LD_PRELOAD,
 * keeps a second folder (the mirror) that holds what the disk would hold if the power went now: every file as of its
 * last sync, everything written since is missing. A test ends the program whenever it likes, takes the mirror for the
 * data folder and looks at what is left.
 *
 *   POWERCUT_DIR     the folder to watch, with all below it; names that end in "-shm", ".sock" or "lock" are left out
 *   POWERCUT_MIRROR  the folder that plays the disk; without it only POWERCUT_FAIL acts
 *   POWERCUT_FAIL    write:N   the N-th write or truncation of a watched file fails with EIO
 *                    enospc:N  the same with ENOSPC
 *                    fsync:N   the N-th fsync or fdatasync of a watched file fails with EIO
 *                    A "+" after N: that one and all later ones.
 *   POWERCUT_ARM     if set, POWERCUT_FAIL begins to count when the file of this name exists
 *
 * The rules of the disk, each one that a real file system may choose:
 *   - fsync and fdatasync make all earlier writes of that file durable, through whatever descriptor they came. They are
 *     carried out on the mirror in order before the call returns; a process that dies meanwhile leaves a part of them,
 *     as a power cut within a sync would.
 *   - A new file is absent until its first sync. Unlink, rename and link are durable at once. A file that was never
 *     synced and is renamed over another leaves an empty file behind: the name was durable, the bytes were not.
 *   - A failed write happened not at all; a failed sync leaves the writes pending.
 *   - What lies in the folder when the process first touches it counts as durable and is copied.
 *
 * Files are known by device and inode, never by descriptor, so that dup, a second open and a close need no care.
 * Not seen: mapped writes, fallocate, O_SYNC, io_uring, system calls that do not go through libc (Rust's `rustix` makes
 * such), a second writing process.
 *
 *   cc -O2 -Wall -Wextra -shared -fPIC -o libpowercut.so powercut.c -ldl -lpthread
 */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE /* its inline wrappers would clash with the definitions below */
#undef _FILE_OFFSET_BITS
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "the plain and the 64-bit calls are taken for the same");

/* ---- what is known ---------------------------------------------------------------------------------------------- */

/* One change that no sync has made durable yet. */
struct op {
    struct op *next;
    int truncates; /* the file is cut or stretched to `offset`; else `data` is written there */
    off_t offset;
    size_t length;
    unsigned char data[];
};

struct file {
    struct file *next;
    dev_t dev;
    ino_t ino;
    char *rel; /* its name below the folder */
    struct op *first;
    struct op **last;
};

enum { BUCKETS = 1024 };
static struct file *files[BUCKETS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards everything here, and the mirror */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *folder_given;
static char folder[PATH_MAX]; /* resolved; empty until the folder exists */
static const char *mirror;
static int adopted;

enum kind { NOTHING, WRITES, SYNCS };
static struct {
    enum kind kind;
    int error;
    long number;
    int and_later;
    const char *arm;
    int armed;
    long seen;
} fault;

static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev2)(int, const struct iovec *, int, off_t, int);
static int (*real_ftruncate)(int, off_t);
static int (*real_truncate)(const char *, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_renameat2)(int, const char *, int, const char *, unsigned);
static int (*real_linkat)(int, const char *, int, const char *, int);
static ssize_t (*real_copy_file_range)(int, off_t *, int, off_t *, size_t, unsigned);
static ssize_t (*real_sendfile)(int, int, off_t *, size_t);
static ssize_t (*real_splice)(int, off_t *, int, off_t *, size_t, unsigned);

/* A mirror that cannot be kept would make tests pass or fail for no reason: stop loudly. */
static void die(const char *what, const char *name)
{
    dprintf(2, "powercut: %s %s: %s\n", what, name, strerror(errno));
    abort();
}

static void *must(void *pointer)
{
    if (!pointer) die("no memory", "");
    return pointer;
}

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? must(strdup(value)) : NULL;
}

static void read_fault(const char *text)
{
    char kind[8], plus[2] = "";
    if (!text) return;
    if (sscanf(text, "%7[a-z]:%ld%1[+]", kind, &fault.number, plus) < 2 || fault.number < 1) kind[0] = 0;
    fault.and_later = plus[0] == '+';
    fault.error = strcmp(kind, "enospc") == 0 ? ENOSPC : EIO;
    if (strcmp(kind, "fsync") == 0) fault.kind = SYNCS;
    else if (strcmp(kind, "write") == 0 || strcmp(kind, "enospc") == 0) fault.kind = WRITES;
    else { errno = EINVAL; die("cannot read POWERCUT_FAIL", text); }
}

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) { errno = ENOSYS; die("the C library lacks", name); }
    return found;
}

static void start(void)
{
    real_openat = real("openat");
    real_write = real("write");
    real_pwrite = real("pwrite");
    real_writev = real("writev");
    real_pwritev2 = real("pwritev2");
    real_ftruncate = real("ftruncate");
    real_truncate = real("truncate");
    real_fsync = real("fsync");
    real_fdatasync = real("fdatasync");
    real_unlinkat = real("unlinkat");
    real_renameat2 = real("renameat2");
    real_linkat = real("linkat");
    real_copy_file_range = real("copy_file_range");
    real_sendfile = real("sendfile");
    real_splice = real("splice");
    folder_given = setting("POWERCUT_DIR");
    mirror = setting("POWERCUT_MIRROR");
    fault.arm = setting("POWERCUT_ARM");
    read_fault(setting("POWERCUT_FAIL"));
}

/* Also called by each wrapper: another library's constructor may write before this one is run. */
__attribute__((constructor)) static void ready(void) { pthread_once(&once, start); }

static void lock(void) { pthread_mutex_lock(&mutex); }

/* Ends a guarded call without disturbing the errno the caller is to see. */
static long leave(long result)
{
    int error = errno;
    pthread_mutex_unlock(&mutex);
    errno = error;
    return result;
}

/* ---- which files ------------------------------------------------------------------------------------------------ */

static struct file **bucket(dev_t dev, ino_t ino) { return &files[(dev * 31 + ino) % BUCKETS]; }

static struct file *find(const struct stat *st)
{
    for (struct file *f = *bucket(st->st_dev, st->st_ino); f; f = f->next)
        if (f->dev == st->st_dev && f->ino == st->st_ino) return f;
    return NULL;
}

static void rename_file(struct file *f, const char *rel)
{
    char *copy = must(strdup(rel)); /* before the old name goes: `rel` may lie in it */
    free(f->rel);
    f->rel = copy;
}

static struct file *know(const struct stat *st, const char *rel)
{
    struct file *f = find(st);
    if (f) return f;
    struct file **head = bucket(st->st_dev, st->st_ino);
    f = must(calloc(1, sizeof *f));
    f->dev = st->st_dev;
    f->ino = st->st_ino;
    f->rel = must(strdup(rel));
    f->last = &f->first;
    f->next = *head;
    return *head = f;
}

static void drop_ops(struct file *f)
{
    for (struct op *op = f->first, *next; op; op = next) {
        next = op->next;
        free(op);
    }
    f->first = NULL;
    f->last = &f->first;
}

/* A file without a name can never be found again after a power cut, and its inode number will be given anew. */
static void forget(struct file *f)
{
    struct file **at = bucket(f->dev, f->ino);
    while (*at != f) at = &(*at)->next;
    *at = f->next;
    drop_ops(f);
    free(f->rel);
    free(f);
}

static int ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static int left_out(const char *name)
{
    return ends_with(name, "-shm") || ends_with(name, ".sock") || ends_with(name, "lock");
}

/* The name below the folder of what `path` means, or NULL when that is none of ours. Symbolic links are followed in
 * the parents only. The caller frees it. */
static char *below(int dirfd, const char *path)
{
    char joined[PATH_MAX], parent[PATH_MAX];
    ready();
    if (!folder_given || !path || !*path) return NULL;
    int error = errno;
    char *rel = NULL;
    if (!__atomic_load_n(&folder[0], __ATOMIC_ACQUIRE)) {
        char resolved[PATH_MAX];
        if (!realpath(folder_given, resolved)) goto out; /* not made yet, so nothing is in it */
        lock();
        memcpy(folder + 1, resolved + 1, sizeof folder - 1);
        __atomic_store_n(&folder[0], '/', __ATOMIC_RELEASE); /* the first byte last: it says that the rest is there */
        leave(0);
    }
    int fits = path[0] == '/' || dirfd == AT_FDCWD
                   ? snprintf(joined, sizeof joined, "%s", path)
                   : snprintf(joined, sizeof joined, "/proc/self/fd/%d/%s", dirfd, path);
    if (fits >= (int)sizeof joined) goto out;
    char *slash = strrchr(joined, '/');
    const char *name = slash ? slash + 1 : joined;
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || left_out(name)) goto out;
    size_t kept = slash ? (slash == joined ? 1 : (size_t)(slash - joined)) : 0;
    char head[PATH_MAX];
    memcpy(head, joined, kept);
    head[kept] = 0;
    if (!realpath(kept ? head : ".", parent)) goto out;
    size_t length = strlen(folder);
    if (strncmp(parent, folder, length) != 0 || (parent[length] != 0 && parent[length] != '/')) goto out;
    if (asprintf(&rel, "%s%s%s", parent[length] ? parent + length + 1 : "", parent[length] ? "/" : "", name) < 0)
        must(NULL);
out:
    errno = error;
    return rel;
}

/* The watched file behind a descriptor, with the lock taken; NULL without the lock. */
static struct file *enter(int fd)
{
    struct stat st;
    ready();
    if (!folder_given) return NULL;
    int error = errno;
    int regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode); /* pipes and sockets pass without waiting */
    errno = error;
    if (!regular) return NULL;
    lock();
    struct file *f = find(&st);
    if (!f) leave(0);
    return f;
}

/* ---- the mirror ------------------------------------------------------------------------------------------------- */

static void place(char *out, const char *root, const char *rel)
{
    if (snprintf(out, PATH_MAX, "%s/%s", root, rel) >= PATH_MAX) { errno = ENAMETOOLONG; die("cannot mirror", rel); }
}

static void make_parents(const char *path)
{
    char part[PATH_MAX];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        memcpy(part, path, slash - path);
        part[slash - path] = 0;
        if (mkdir(part, 0777) < 0 && errno != EEXIST) die("cannot make", part);
    }
}

static void write_all(int fd, const unsigned char *data, size_t length, off_t offset, const char *name)
{
    while (length) {
        ssize_t done = real_pwrite(fd, data, length, offset);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) die("cannot write to the mirror", name);
        data += done;
        length -= done;
        offset += done;
    }
}

/* Copies beside the mirror first: whoever dies meanwhile leaves no half file where a whole one stood. */
static void copy_file(const char *from, const char *to)
{
    static unsigned char buffer[1 << 16];
    char part[PATH_MAX];
    off_t offset = 0;
    ssize_t got;
    if (snprintf(part, sizeof part, "%s.part", mirror) >= PATH_MAX) { errno = ENAMETOOLONG; die("cannot mirror", to); }
    make_parents(to);
    int in = real_openat(AT_FDCWD, from, O_RDONLY | O_CLOEXEC);
    int out = real_openat(AT_FDCWD, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (in < 0 || out < 0) die("cannot copy", from);
    while ((got = read(in, buffer, sizeof buffer)) != 0) {
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) die("cannot read", from);
        write_all(out, buffer, got, offset, part);
        offset += got;
    }
    close(in);
    close(out);
    if (real_renameat2(AT_FDCWD, part, AT_FDCWD, to, 0) < 0) die("cannot put into the mirror", to);
}

/* A file whose bytes came from elsewhere counts as durable. Safe for POSIX locks, which go when any descriptor of the
 * file is closed: a file we do not know was not opened through us, so this process holds no lock on it. */
static void adopt_file(const struct stat *st, const char *rel, const char *root)
{
    char from[PATH_MAX], to[PATH_MAX];
    know(st, rel);
    if (!root) return;
    place(from, folder, rel);
    place(to, root, rel);
    copy_file(from, to);
}

static void adopt_below(const char *rel, const char *root)
{
    char path[PATH_MAX], child[PATH_MAX];
    place(path, folder, rel);
    DIR *dir = opendir(path);
    if (!dir) die("cannot list", path);
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct stat st;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || left_out(entry->d_name)) continue;
        if (snprintf(child, sizeof child, "%s%s%s", rel, *rel ? "/" : "", entry->d_name) >= PATH_MAX) continue;
        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) continue;
        if (S_ISDIR(st.st_mode)) adopt_below(child, root);
        else if (S_ISREG(st.st_mode)) adopt_file(&st, child, root);
    }
    closedir(dir);
}

static int is_empty(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir) return 1;
    int entries = 0;
    while (readdir(dir)) entries++;
    closedir(dir);
    return entries <= 2;
}

/* On first contact: the mirror becomes a copy of the folder, in one step when it was empty. In a mirror of an earlier
 * process single files move on, which is legal at any time: a disk may write back whenever it likes. */
static void adopt_folder(void)
{
    char next[PATH_MAX];
    if (adopted) return;
    adopted = 1;
    if (!mirror) { adopt_below("", NULL); return; }
    if (!is_empty(mirror)) { adopt_below("", mirror); return; }
    place(next, mirror, "");
    make_parents(next);
    if (snprintf(next, sizeof next, "%s.next", mirror) >= PATH_MAX) { errno = ENAMETOOLONG; die("cannot use", mirror); }
    if (mkdir(next, 0777) < 0 && errno != EEXIST) die("cannot make", next);
    adopt_below("", next);
    if (real_renameat2(AT_FDCWD, next, AT_FDCWD, mirror, 0) < 0) die("cannot make", mirror);
}

static void record(struct file *f, int truncates, off_t offset, const void *data, size_t length)
{
    if (!mirror) return;
    struct op *op = must(malloc(sizeof *op + length));
    op->next = NULL;
    op->truncates = truncates;
    op->offset = offset;
    op->length = length;
    if (length) memcpy(op->data, data, length);
    *f->last = op;
    f->last = &op->next;
}

static void apply(struct file *f)
{
    char path[PATH_MAX];
    if (!mirror) return;
    place(path, mirror, f->rel);
    make_parents(path);
    int fd = real_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) die("cannot open in the mirror", path);
    for (struct op *op = f->first; op; op = op->next) {
        if (!op->truncates) write_all(fd, op->data, op->length, op->offset, path);
        else if (real_ftruncate(fd, op->offset) < 0) die("cannot truncate in the mirror", path);
    }
    close(fd);
    drop_ops(f);
}

/* Whether this call on a watched file is one that the disk refuses; sets errno. */
static int refused(enum kind kind)
{
    if (fault.kind != kind) return 0;
    if (!fault.armed && fault.arm && access(fault.arm, F_OK) < 0) return 0;
    fault.armed = 1;
    fault.seen++;
    if (fault.and_later ? fault.seen < fault.number : fault.seen != fault.number) return 0;
    errno = fault.error;
    return 1;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static int open_file(int dirfd, const char *path, int flags, mode_t mode)
{
    char *rel = (flags & O_TMPFILE) == O_TMPFILE ? NULL : below(dirfd, path);
    struct stat st;
    ready();
    if (!rel) return real_openat(dirfd, path, flags, mode);
    lock();
    adopt_folder();
    /* Looked at before it is opened: O_TRUNC throws the old bytes away. */
    int existed = fstatat(dirfd, path, &st, 0) == 0 && S_ISREG(st.st_mode);
    if (existed && !find(&st)) adopt_file(&st, rel, mirror);
    int fd = real_openat(dirfd, path, flags, mode);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        struct file *f = know(&st, rel);
        if (existed && flags & O_TRUNC) record(f, 1, 0, NULL, 0);
    }
    free(rel);
    return leave(fd);
}

static mode_t mode_of(int flags, va_list rest)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPENER(name, dirfd, flags, extra, ...)          \
    int name(__VA_ARGS__)                               \
    {                                                   \
        va_list rest;                                   \
        va_start(rest, flags);                          \
        mode_t mode = mode_of(flags, rest);             \
        va_end(rest);                                   \
        return open_file(dirfd, path, flags | extra, mode); \
    }

OPENER(open, AT_FDCWD, flags, 0, const char *path, int flags, ...)
OPENER(open64, AT_FDCWD, flags, O_LARGEFILE, const char *path, int flags, ...)
OPENER(openat, dirfd, flags, 0, int dirfd, const char *path, int flags, ...)
OPENER(openat64, dirfd, flags, O_LARGEFILE, int dirfd, const char *path, int flags, ...)

int creat(const char *path, mode_t mode) { return open_file(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void record_vector(struct file *f, const struct iovec *parts, size_t length, off_t offset)
{
    for (; length; parts++) {
        size_t some = parts->iov_len < length ? parts->iov_len : length;
        if (some) record(f, 0, offset, parts->iov_base, some);
        offset += some;
        length -= some;
    }
}

/* The descriptor stands behind what was just written, with O_APPEND too. */
static off_t began(int fd, ssize_t done) { return lseek(fd, 0, SEEK_CUR) - done; }

ssize_t write(int fd, const void *data, size_t length)
{
    struct file *f = enter(fd);
    if (!f) return real_write(fd, data, length);
    ssize_t done = refused(WRITES) ? -1 : real_write(fd, data, length);
    if (done > 0) record(f, 0, began(fd, done), data, done);
    return leave(done);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    struct file *f = enter(fd);
    if (!f) return real_pwrite(fd, data, length, offset);
    ssize_t done = refused(WRITES) ? -1 : real_pwrite(fd, data, length, offset);
    if (done > 0) record(f, 0, offset, data, done);
    return leave(done);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    struct file *f = enter(fd);
    if (!f) return real_writev(fd, parts, count);
    ssize_t done = refused(WRITES) ? -1 : real_writev(fd, parts, count);
    if (done > 0) record_vector(f, parts, done, began(fd, done));
    return leave(done);
}

ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
    struct file *f = enter(fd);
    ssize_t done = -1;
    if (!f) return real_pwritev2(fd, parts, count, offset, flags);
    if (flags) errno = EOPNOTSUPP; /* as on a file system that lacks them */
    else if (!refused(WRITES)) done = real_pwritev2(fd, parts, count, offset, flags);
    if (done > 0) record_vector(f, parts, done, offset == -1 ? began(fd, done) : offset);
    return leave(done);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    if (offset >= 0) return pwritev2(fd, parts, count, offset, 0);
    errno = EINVAL; /* only to pwritev2 does -1 mean the current place */
    return -1;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
{
    return pwritev(fd, parts, count, offset);
}
ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags)
{
    return pwritev2(fd, parts, count, offset, flags);
}

int ftruncate(int fd, off_t length)
{
    struct file *f = enter(fd);
    if (!f) return real_ftruncate(fd, length);
    int done = refused(WRITES) ? -1 : real_ftruncate(fd, length);
    if (done == 0) record(f, 1, length, NULL, 0);
    return leave(done);
}

int truncate(const char *path, off_t length)
{
    char *rel = below(AT_FDCWD, path);
    struct stat st;
    if (!rel) return real_truncate(path, length);
    lock();
    adopt_folder();
    int regular = stat(path, &st) == 0 && S_ISREG(st.st_mode);
    if (regular && !find(&st)) adopt_file(&st, rel, mirror);
    int done = regular && refused(WRITES) ? -1 : real_truncate(path, length);
    if (done == 0 && regular) record(find(&st), 1, length, NULL, 0);
    free(rel);
    return leave(done);
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }
int truncate64(const char *path, off64_t length) { return truncate(path, length); }

/* Bytes that the kernel would move unseen: say that it cannot, and callers fall back on read and write. */
static int unseen(int fd)
{
    if (!enter(fd)) return 0;
    errno = ENOSYS;
    return leave(1);
}

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags)
{
    return unseen(out) ? -1 : real_copy_file_range(in, from, out, to, length, flags);
}

ssize_t sendfile(int out, int in, off_t *offset, size_t length)
{
    return unseen(out) ? -1 : real_sendfile(out, in, offset, length);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t length) { return sendfile(out, in, offset, length); }

ssize_t splice(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags)
{
    return unseen(out) ? -1 : real_splice(in, from, out, to, length, flags);
}

/* ---- syncing ---------------------------------------------------------------------------------------------------- */

static int sync_file(int fd, int (**real_sync)(int))
{
    struct file *f = enter(fd);
    if (!f) return (*real_sync)(fd);
    int done = refused(SYNCS) ? -1 : (*real_sync)(fd);
    if (done == 0) apply(f);
    return leave(done);
}

int fsync(int fd) { return sync_file(fd, &real_fsync); }
int fdatasync(int fd) { return sync_file(fd, &real_fdatasync); }

/* ---- names ------------------------------------------------------------------------------------------------------ */

static void remove_mirrored(const char *rel)
{
    char path[PATH_MAX];
    if (!mirror) return;
    place(path, mirror, rel);
    if (real_unlinkat(AT_FDCWD, path, 0) < 0 && errno != ENOENT) die("cannot remove from the mirror", path);
}

int unlinkat(int dirfd, const char *path, int flags)
{
    char *rel = flags & AT_REMOVEDIR ? NULL : below(dirfd, path);
    struct stat st;
    ready();
    if (!rel) return real_unlinkat(dirfd, path, flags);
    lock();
    adopt_folder();
    int regular = fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
    int done = real_unlinkat(dirfd, path, flags);
    if (done == 0 && regular) {
        struct file *f = find(&st);
        remove_mirrored(rel);
        if (f && st.st_nlink <= 1) forget(f);
    }
    free(rel);
    return leave(done);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

/* Files below a renamed folder follow it. */
static void rename_below(const char *from, const char *to)
{
    size_t length = strlen(from);
    char name[PATH_MAX];
    for (int i = 0; i < BUCKETS; i++)
        for (struct file *f = files[i]; f; f = f->next) {
            if (strncmp(f->rel, from, length) != 0 || f->rel[length] != '/') continue;
            place(name, to, f->rel + length + 1);
            rename_file(f, name);
        }
}

static void rename_mirrored(const char *from, const char *to, int is_file)
{
    char old[PATH_MAX], new[PATH_MAX];
    if (!mirror) return;
    place(old, mirror, from);
    place(new, mirror, to);
    make_parents(new);
    if (real_renameat2(AT_FDCWD, old, AT_FDCWD, new, 0) == 0) return;
    if (errno != ENOENT) die("cannot rename in the mirror", old);
    /* Never synced: its name replaces the other file, its bytes are nowhere. */
    if (is_file && real_truncate(new, 0) < 0 && errno != ENOENT) die("cannot empty in the mirror", new);
}

static void renamed(const struct stat *st, const struct stat *over, const char *from, const char *to)
{
    int is_file = S_ISREG(st->st_mode);
    struct file *f = is_file ? find(st) : NULL;
    struct file *replaced = over && S_ISREG(over->st_mode) ? find(over) : NULL;
    if (replaced && replaced != f && over->st_nlink <= 1) forget(replaced);
    if (from && to) {
        rename_mirrored(from, to, is_file);
        if (f) rename_file(f, to);
        else if (!is_file) rename_below(from, to);
    } else if (from) { /* it left the folder */
        remove_mirrored(from);
        if (f) forget(f);
    } else if (is_file) { /* it came from elsewhere */
        adopt_file(st, to, mirror);
    }
}

int renameat2(int olddirfd, const char *old, int newdirfd, const char *new, unsigned flags)
{
    char *from = below(olddirfd, old), *to = below(newdirfd, new);
    struct stat st, over;
    ready();
    if (!from && !to) return real_renameat2(olddirfd, old, newdirfd, new, flags);
    lock();
    adopt_folder();
    int known = fstatat(olddirfd, old, &st, AT_SYMLINK_NOFOLLOW) == 0;
    int replaces = fstatat(newdirfd, new, &over, AT_SYMLINK_NOFOLLOW) == 0;
    int same = known && replaces && st.st_dev == over.st_dev && st.st_ino == over.st_ino;
    int done = -1;
    if (flags & RENAME_EXCHANGE) errno = EINVAL; /* as on a file system that lacks it */
    else done = real_renameat2(olddirfd, old, newdirfd, new, flags);
    if (done == 0 && known && !same) renamed(&st, replaces ? &over : NULL, from, to);
    free(from);
    free(to);
    return leave(done);
}

int renameat(int olddirfd, const char *old, int newdirfd, const char *new)
{
    return renameat2(olddirfd, old, newdirfd, new, 0);
}

int rename(const char *old, const char *new) { return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0); }

/* The newest name is the one that lasts: link, then unlink of the first name, is how a file is put in place. */
static void linked(const struct stat *st, const char *from, const char *to)
{
    char old[PATH_MAX], new[PATH_MAX];
    struct file *f = find(st);
    if (!from || !f) { adopt_file(st, to, mirror); return; }
    rename_file(f, to);
    if (!mirror) return;
    place(old, mirror, from);
    place(new, mirror, to);
    make_parents(new);
    if (real_linkat(AT_FDCWD, old, AT_FDCWD, new, 0) < 0 && errno != ENOENT) die("cannot link in the mirror", new);
}

int linkat(int olddirfd, const char *old, int newdirfd, const char *new, int flags)
{
    char *from = below(olddirfd, old), *to = below(newdirfd, new);
    struct stat st;
    ready();
    int done;
    if (!to) {
        done = real_linkat(olddirfd, old, newdirfd, new, flags);
    } else {
        lock();
        adopt_folder();
        done = real_linkat(olddirfd, old, newdirfd, new, flags);
        if (done == 0 && fstatat(newdirfd, new, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
            linked(&st, from, to);
        leave(0);
    }
    free(from);
    free(to);
    return done;
}

int link(const char *old, const char *new) { return linkat(AT_FDCWD, old, AT_FDCWD, new, 0); }
