/*
 * flush.c
 *	  A steady flush: preloaded into a server (LD_PRELOAD), it has fdatasync sleep as
 *	  many microseconds as the file PV_FLUSH_FILE says, and write nothing through, so
 *	  that how a disk feels just now is out of the figures.  Where the file says 0 the
 *	  disk is asked as ever.  The file is read anew at each flush, hence without
 *	  another start of the server.  For a server that is thrown away: what it promises
 *	  to have on disk is not there.  Linux only.
 *
 *	  PostgreSQL flushes its log by fdatasync where wal_sync_method says so, and what
 *	  it writes at checkpoints by fsync, which stays as it is.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What of the file is looked at; it ends with a line. */
#define ROOM 8

static const char *
map_setting(void)
{
	const char *path = getenv("PV_FLUSH_FILE");
	int file = path ? open(path, O_RDONLY) : -1;
	void *text = MAP_FAILED;

	if (file >= 0)
	{
		text = mmap(NULL, ROOM, PROT_READ, MAP_SHARED, file, 0);
		close(file);
	}
	/* asleep for just as long, not 50 microseconds more to save a wakeup */
	prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
	return text == MAP_FAILED ? "0\n" : text;
}

int
fdatasync(int fildes)
{
	static const char *setting;
	struct timespec nap;
	long us;

	if (setting == NULL)
		setting = map_setting();
	us = atol(setting);
	if (us == 0)
		return syscall(SYS_fdatasync, fildes);
	nap.tv_sec = us / 1000000;
	nap.tv_nsec = us % 1000000 * 1000;
	nanosleep(&nap, NULL);
	return 0;
}
