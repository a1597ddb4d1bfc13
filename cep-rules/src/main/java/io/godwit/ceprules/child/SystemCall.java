package io.godwit.ceprules.child;

import java.util.List;

/**
 * The calls of Linux that a JVM of rules may still make: those that act on its own memory, threads, time and signals, and on
 * descriptors that are open. None that names a file, a socket or another process is among them. Whatever is not named here
 * is refused, so a call that nobody thought of is refused too.
 */
enum SystemCall {
    FUTEX(202, 98),
    READ(0, 63),
    WRITE(1, 64),
    CLOCK_GETTIME(228, 113),
    SCHED_YIELD(24, 124),
    MADVISE(28, 233, Only.masked(2, ~31, 0)), // not those that give up pages of the machine
    MPROTECT(10, 226),
    MMAP(9, 222),
    MUNMAP(11, 215),
    PREAD64(17, 67),
    LSEEK(8, 62),
    CLOCK_NANOSLEEP(230, 115),
    GETRUSAGE(98, 165),
    RT_SIGPROCMASK(14, 135),
    CLOSE(3, 57),
    FSTAT(5, 80),
    NEWFSTATAT(
            262,
            79,
            Only.masked(3, Only.EMPTY_PATH, Only.EMPTY_PATH)), // of a descriptor; some libraries write fstat so
    STATX(332, 291, Only.masked(2, Only.EMPTY_PATH, Only.EMPTY_PATH)),
    READV(19, 65),
    WRITEV(20, 66),
    POLL(7, Only.ABSENT),
    PPOLL(271, 73),
    IOCTL(16, 29, Only.oneOf(1, 0x5401, 0x541B)), // is it a terminal, how much can be read
    FCNTL(72, 25, Only.oneOf(1, 0, 1, 2, 3, 4, 1030)), // copies and flags; not to whom signals are sent
    DUP(32, 23),
    BRK(12, 214),
    MREMAP(25, 216),
    MINCORE(27, 232),
    MBIND(237, 235),
    GET_MEMPOLICY(239, 236),
    MEMBARRIER(324, 283),
    CLONE(56, 220, Only.masked(0, Only.THREAD | Only.NAMESPACES, Only.THREAD)),
    SET_ROBUST_LIST(273, 99),
    GET_ROBUST_LIST(274, 100),
    RSEQ(334, 293),
    SET_TID_ADDRESS(218, 96),
    ARCH_PRCTL(158, Only.ABSENT),
    PRCTL(157, 167, Only.oneOf(0, 15, 16, 29, 30, 0x53564d41)), // names of threads and of memory, slack of timers
    SIGALTSTACK(131, 132),
    RT_SIGACTION(13, 134),
    RT_SIGRETURN(15, 139),
    RT_SIGPENDING(127, 136),
    RT_SIGTIMEDWAIT(128, 137),
    RT_SIGSUSPEND(130, 133),
    TGKILL(234, 131, Only.oneOf(0, Only.THIS_PROCESS)),
    RESTART_SYSCALL(219, 128),
    PAUSE(34, Only.ABSENT),
    NANOSLEEP(35, 101),
    CLOCK_GETRES(229, 114),
    GETTIMEOFDAY(96, 169),
    TIME(201, Only.ABSENT),
    TIMES(100, 153),
    GETRANDOM(318, 278),
    GETCPU(309, 168),
    SCHED_GETAFFINITY(204, 123),
    SCHED_GETPARAM(143, 121),
    SCHED_GETSCHEDULER(145, 120),
    SCHED_GET_PRIORITY_MAX(146, 125),
    SCHED_GET_PRIORITY_MIN(147, 126),
    GETRLIMIT(97, 163),
    PRLIMIT64(302, 261, Only.oneOf(0, 0), Only.oneOf(2, 0), Only.highZero(2)), // reads its own
    SYSINFO(99, 179),
    UNAME(63, 160),
    GETCWD(79, 17),
    GETPID(39, 172),
    GETTID(186, 178),
    GETPPID(110, 173),
    GETUID(102, 174),
    GETEUID(107, 175),
    GETGID(104, 176),
    GETEGID(108, 177),
    EXIT(60, 93),
    EXIT_GROUP(231, 94);

    private final int onX86;
    private final int onArm;

    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
    private final List<Only> only;

    SystemCall(int onX86, int onArm, Only... only) {
        this.onX86 = onX86;
        this.onArm = onArm;
        this.only = List.of(only);
    }

    /** Its number on x86_64; {@link Only#ABSENT}: there is none. */
    int onX86() {
        return onX86;
    }

    /** Its number on aarch64; {@link Only#ABSENT}: there is none. */
    int onArm() {
        return onArm;
    }

    /** What its arguments must be, all of it. */
    List<Only> only() {
        return only;
    }

    /**
     * A condition on half of an argument.
     *
     * @param word which half: twice the number of the argument, and one more for its high half
     * @param mask what is looked at of it
     * @param values what that must be, one of them
     */
    record Only(int word, int mask, List<Integer> values) {
        static final int ABSENT = -1;

        /** In place of a value: the process that the filter is for. */
        static final int THIS_PROCESS = -2;

        static final int EMPTY_PATH = 0x1000;

        /** Of the flags of clone. */
        static final int THREAD = 0x10000;

        static final int NAMESPACES = 0x7E020000;

        static Only oneOf(int argument, Integer... values) {
            return new Only(2 * argument, -1, List.of(values));
        }

        static Only masked(int argument, int mask, int value) {
            return new Only(2 * argument, mask, List.of(value));
        }

        static Only highZero(int argument) {
            return new Only(2 * argument + 1, -1, List.of(0));
        }
    }
}
