package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.fail;

import io.godwit.monitors.watch.Observations;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/** What a watch has said so far, with the time at which it did; waits for what it says. */
final class Seen implements Observations {
    /** Generous: a machine that runs other things is slow. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<Said> all = new ArrayList<>();

    /** @param atMillis since 1970 */
    record Said(long atMillis, SpecificRecord event) {}

    @Override
    public void passing(int segment, String key, SpecificRecord event) {
        add(event);
    }

    @Override
    public void lasting(Topic topic, int segment, String key, SpecificRecord event) {
        add(event);
    }

    private synchronized void add(SpecificRecord event) {
        all.add(new Said(System.currentTimeMillis(), event));
        notifyAll();
    }

    /** How much has been said; what comes from here on is new. */
    synchronized int mark() {
        return all.size();
    }

    synchronized List<Said> since(int mark) {
        return List.copyOf(all.subList(mark, all.size()));
    }

    /** The first thing said since a mark that is so. */
    synchronized Said await(int mark, String what, Predicate<SpecificRecord> wanted) {
        int next = mark;
        long until = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            for (; next < all.size(); next++) {
                if (wanted.test(all.get(next).event())) {
                    return all.get(next);
                }
            }
            long leftMillis = (until - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return fail("not said within " + LIMIT.toSeconds() + " s: " + what + "; said last was "
                        + since(Math.max(mark, all.size() - 8)));
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
        }
    }

    Said awaitSample(int mark, String hostId, Predicate<HostSampled> wanted) {
        return await(
                mark,
                "a sample of " + hostId,
                event -> event instanceof HostSampled sample
                        && sample.getHostId().equals(hostId)
                        && wanted.test(sample));
    }

    Said awaitVm(int mark, String vmId, Predicate<VmSample> wanted) {
        return await(
                mark,
                "a sample of VM " + vmId,
                event -> event instanceof HostSampled sample
                        && vm(sample, vmId).filter(wanted).isPresent());
    }

    Said awaitChange(int mark, String hostId, String vmId, VmChange wanted) {
        return await(
                mark,
                wanted + " of " + vmId + " on " + hostId,
                event -> event instanceof VmChanged changed
                        && changed.getHostId().equals(hostId)
                        && changed.getVmId().equals(vmId)
                        && changed.getChange() == wanted);
    }

    Said awaitLoss(int mark, String hostId) {
        return await(
                mark,
                "the loss of " + hostId,
                event -> event instanceof HostLost lost && lost.getHostId().equals(hostId));
    }

    /** All changes of VMs since a mark. */
    List<VmChanged> changes(int mark) {
        return since(mark).stream()
                .map(Said::event)
                .filter(VmChanged.class::isInstance)
                .map(VmChanged.class::cast)
                .toList();
    }

    /** The longest time without a sample of a host since a mark, up to now; in milliseconds. */
    long longestGapMillis(int mark, String hostId, long fromMillis) {
        long last = fromMillis;
        long longest = 0;
        for (Said said : since(mark)) {
            if (said.event() instanceof HostSampled sample && sample.getHostId().equals(hostId)) {
                longest = Math.max(longest, said.atMillis() - last);
                last = said.atMillis();
            }
        }
        return Math.max(longest, System.currentTimeMillis() - last);
    }

    static Optional<VmSample> vm(HostSampled sample, String vmId) {
        return sample.getVms().stream().filter(vm -> vm.getVmId().equals(vmId)).findFirst();
    }
}
