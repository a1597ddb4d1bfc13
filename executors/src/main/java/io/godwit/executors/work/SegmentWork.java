package io.godwit.executors.work;

import io.godwit.executors.migration.Migration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeMap;

/** The open commands of one segment, by offset, and how far it was read. */
final class SegmentWork {
    final int segment;
    final Ledger ledger;
    final long touchableAtNanos;
    private final TreeMap<Long, Job> open = new TreeMap<>();
    private long position;
    private long outcomesEnd;
    private long knownUpTo;

    /**
     * @param position offset of the next command to read
     * @param outcomesEnd offset of outcomes below which all are folded into the ledger
     * @param touchableAtNanos when an accepted command of a predecessor may be touched, by System.nanoTime
     */
    SegmentWork(int segment, Ledger ledger, long position, long outcomesEnd, long touchableAtNanos) {
        this.segment = segment;
        this.ledger = ledger;
        this.position = position;
        this.outcomesEnd = outcomesEnd;
        this.touchableAtNanos = touchableAtNanos;
    }

    Collection<Job> open() {
        return open.values();
    }

    void add(Job job) {
        open.put(job.offset, job);
    }

    void remove(Job job) {
        open.remove(job.offset);
    }

    void readUpTo(long nextOffset) {
        position = Math.max(position, nextOffset);
    }

    void appendedUpTo(long nextOutcome) {
        outcomesEnd = Math.max(outcomesEnd, nextOutcome);
    }

    long outcomesEnd() {
        return outcomesEnd;
    }

    /** Offset below which every command has its final outcome, once these have theirs: what a group commits. */
    long floorWithout(Set<String> ending) {
        return open.values().stream()
                .filter(job -> !ending.contains(job.commandId()))
                .mapToLong(job -> job.offset)
                .findFirst()
                .orElse(position);
    }

    /** A command of which the ledger already knew an outcome when it was read. */
    void known(long offset) {
        knownUpTo = Math.max(knownUpTo, offset + 1);
    }

    /**
     * Offset from which outcomes must be folded to know every command that is read again: open ones, and those behind the
     * oldest open one of which the ledger told.
     */
    long outcomesFloor() {
        long ours =
                open.values().stream().mapToLong(job -> job.outcomesFrom).min().orElse(outcomesEnd);
        return !open.isEmpty() && open.firstKey() < knownUpTo ? Math.min(ours, ledger.from()) : ours;
    }

    /** One open command with what this process has under way for it. */
    static final class Job {
        final int segment;
        final long offset;
        final long outcomesFrom;
        Migration state;

        /** Its turn has come; it counts as busy on its hosts. */
        boolean admitted;

        /** A told event of it is being written; nothing else is decided until that is committed. */
        boolean telling;

        /** A look or a question is under way. */
        boolean asking;

        boolean abortSent;
        boolean switchSent;
        long nextLookNanos;
        long nextProgressNanos;
        int progressSkipped;
        long nextMendNanos;
        long mendPauseNanos;
        String unclear = "";

        /** False as soon as the segment is no longer ours; asked by the threads that make native calls. */
        volatile boolean ours = true;

        Job(int segment, long offset, long outcomesFrom, Migration state, long nowNanos) {
            this.segment = segment;
            this.offset = offset;
            this.outcomesFrom = outcomesFrom;
            this.state = state;
            this.nextLookNanos = nowNanos;
            this.nextProgressNanos = nowNanos;
        }

        String commandId() {
            return state.order().commandId();
        }
    }
}
