package io.godwit.schedulers.constraints;

import java.util.List;

/**
 * One demand on where VMs run, on what hosts carry, or on the order of actions. VMs and hosts are named by id. Only running
 * VMs count. What names VMs or hosts that a placement problem does not hold concerns it as far as it holds them; what cannot be
 * judged without the others is kept by moving nothing that could break it.
 */
public sealed interface Constraint {
    /** When it must hold. */
    enum When {
        /** In the end state of a plan. */
        DISCRETE,
        /** In every state on the way too, once it holds. */
        CONTINUOUS
    }

    /** What hosts give and VMs take. */
    enum Resource {
        CPU,
        MEMORY,
        NETWORK,
        DISK
    }

    /** Constraints that only exist in one manner say which. */
    When when();

    /** Each on a host of its own. */
    record Spread(List<String> vms, When when) implements Constraint {}

    /** All on one host; continuous: once together they cannot move. */
    record Gather(List<String> vms, When when) implements Constraint {}

    /** Each on one of these hosts. */
    record Fence(List<String> vms, List<String> hosts, When when) implements Constraint {}

    /** None on any of these hosts. */
    record Ban(List<String> vms, List<String> hosts, When when) implements Constraint {}

    /** All inside one of these groups of hosts; continuous: the group cannot change. */
    record Among(List<String> vms, List<List<String>> groups, When when) implements Constraint {}

    /** VMs of different sets share no host. */
    record Split(List<List<String>> sets, When when) implements Constraint {}

    /** Each set inside one group of hosts, no two sets in the same group. */
    record SplitAmong(List<List<String>> sets, List<List<String>> groups, When when) implements Constraint {}

    /** Share hosts only with each other. */
    record Lonely(List<String> vms, When when) implements Constraint {}

    /** May not move. */
    record Root(List<String> vms) implements Constraint {
        @Override
        public When when() {
            return When.CONTINUOUS;
        }
    }

    /** Nothing enters these hosts, and what runs there does not leave. */
    record Quarantine(List<String> hosts) implements Constraint {
        @Override
        public When when() {
            return When.CONTINUOUS;
        }
    }

    /**
     * At least so much of a resource is kept for each VM, whatever it asks for.
     *
     * @param amount millicores, bytes or bytes per second
     */
    record Preserve(List<String> vms, Resource resource, long amount) implements Constraint {
        @Override
        public When when() {
            return When.DISCRETE;
        }
    }

    /**
     * Each of these hosts counts as so many times its capacity.
     *
     * @param factorPermille 1000: as it is; the product is rounded down
     */
    record Overbook(List<String> hosts, Resource resource, int factorPermille, When when) implements Constraint {}

    /** The VMs on these hosts use at most so much of a resource in sum. */
    record ResourceCapacity(List<String> hosts, Resource resource, long amount, When when) implements Constraint {}

    /** At most so many VMs run on these hosts in sum. */
    record RunningCapacity(List<String> hosts, int vms, When when) implements Constraint {}

    /** At most so many of these hosts are powered on. */
    record MaxOnline(List<String> hosts, int online, When when) implements Constraint {}

    /** These hosts are powered on. */
    record Online(List<String> hosts) implements Constraint {
        @Override
        public When when() {
            return When.DISCRETE;
        }
    }

    /** These hosts are powered off, so that no VM may run there. */
    record Offline(List<String> hosts) implements Constraint {
        @Override
        public When when() {
            return When.DISCRETE;
        }
    }

    /** Their actions follow each other in this order, none before the one before it has ended. */
    record Seq(List<String> vms) implements Constraint {
        @Override
        public When when() {
            return When.CONTINUOUS;
        }
    }

    /** Actions of the later VMs begin after all actions of the earlier ones have ended. */
    record Precedence(List<String> earlier, List<String> later) implements Constraint {
        @Override
        public When when() {
            return When.CONTINUOUS;
        }
    }

    /** No two of their actions overlap, in whichever order. */
    record Serialize(List<String> vms) implements Constraint {
        @Override
        public When when() {
            return When.CONTINUOUS;
        }
    }

    /** Their actions begin together. */
    record Sync(List<String> vms) implements Constraint {
        @Override
        public When when() {
            return When.CONTINUOUS;
        }
    }

    /** Their actions have ended so long after the plan's begin. */
    record Deadline(List<String> vms, long withinMillis) implements Constraint {
        @Override
        public When when() {
            return When.CONTINUOUS;
        }
    }
}
