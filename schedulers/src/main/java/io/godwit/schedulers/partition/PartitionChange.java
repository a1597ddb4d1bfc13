package io.godwit.schedulers.partition;

import io.godwit.schemas.events.OpenPartition;

/** Every change that the life of a host partition knows. What is not here cannot happen: the scheduler stops before it does. */
enum PartitionChange {
    OPENS(PartitionPhase.NONE, PartitionPhase.GROWING, "a detection whose host is free; the period of the whole site"),
    GROWS(
            PartitionPhase.GROWING,
            PartitionPhase.GROWING,
            "a host of the segment is taken; no plan yet; a member is lost"),
    ASKS(PartitionPhase.GROWING, PartitionPhase.ASKING, "other segments are asked for hosts"),
    HEARS(PartitionPhase.ASKING, PartitionPhase.ASKING, "one of several answers; a member is lost"),
    HEARD(PartitionPhase.ASKING, PartitionPhase.GROWING, "the last answer; a silent segment is passed over"),
    ASKS_PLANNER(PartitionPhase.GROWING, PartitionPhase.SOLVING, "a solve begins outside the transaction"),
    ASKS_PLANNER_ANEW(PartitionPhase.SOLVING, PartitionPhase.SOLVING, "no answer in time"),
    STOPS_SOLVING(
            PartitionPhase.SOLVING, PartitionPhase.GROWING, "no plan; a member is lost, so the answer is dropped"),
    PLANS(PartitionPhase.GROWING, PartitionPhase.APPLYING, "a plan that the judge accepts, in mode auto or approved"),
    APPLIES(
            PartitionPhase.APPLYING,
            PartitionPhase.APPLYING,
            "a move or a resumption is commanded, dropped, or has its outcome"),
    GIVES_UP(
            PartitionPhase.GROWING,
            PartitionPhase.NONE,
            "viable, infeasible, advised, yielded, detection ended, initiator lost, off"),
    GIVES_UP_ASKING(
            PartitionPhase.ASKING,
            PartitionPhase.NONE,
            "yielded, detection ended, initiator lost, off; late grants go back"),
    GIVES_UP_SOLVING(PartitionPhase.SOLVING, PartitionPhase.NONE, "yielded, off; a late answer is dropped"),
    ENDS(PartitionPhase.APPLYING, PartitionPhase.NONE, "every command has its outcome");

    final PartitionPhase from;
    final PartitionPhase to;
    final String cause;

    PartitionChange(PartitionPhase from, PartitionPhase to, String cause) {
        this.from = from;
        this.to = to;
        this.cause = cause;
    }

    /** @throws BrokenLog if a host partition cannot change so */
    static PartitionChange between(String partitionId, OpenPartition before, OpenPartition after) {
        PartitionPhase from = PartitionPhase.of(before);
        PartitionPhase to = PartitionPhase.of(after);
        for (PartitionChange change : values()) {
            if (change.from == from && change.to == to) {
                return change;
            }
        }
        throw new BrokenLog("host partition " + partitionId + " was to go from " + from + " to " + to
                + ", which its life does not know");
    }
}
