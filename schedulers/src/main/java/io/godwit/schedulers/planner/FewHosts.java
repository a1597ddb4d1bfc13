package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.chocosolver.solver.Model;
import org.chocosolver.solver.variables.BoolVar;

/** VMs run on at most so many of some hosts, so that the others can be off: maxOnline. */
final class FewHosts implements Rule {
    private final BitSet hosts;
    private final BitSet taken;
    private final int limit;
    private final int[] home;

    /** @param taken those of the hosts that VMs in flight take */
    FewHosts(Board board, BitSet hosts, BitSet taken, int limit) {
        this.hosts = hosts;
        this.taken = taken;
        this.limit = limit;
        home = board.home;
    }

    private BitSet used(int[] place) {
        BitSet used = (BitSet) taken.clone();
        for (int host : place) {
            if (hosts.get(host)) {
                used.set(host);
            }
        }
        return used;
    }

    int count(int[] place) {
        return used(place).cardinality();
    }

    @Override
    public boolean holds(int[] place) {
        return count(place) <= limit;
    }

    @Override
    public boolean letsIn(int[] place, int vm, int target) {
        return !hosts.get(target) || used(place).get(target) || count(place) < limit;
    }

    @Override
    public boolean makesWait(int[] placeBeforeLater, Step earlier, Step later) {
        if (!hosts.get(later.target())) {
            return false;
        }
        boolean opens = !used(placeBeforeLater).get(later.target());
        return opens
                ? hosts.get(earlier.source()) || hosts.get(earlier.target())
                : earlier.target() == later.target() && !inUseWithout(earlier.vm(), later.target(), placeBeforeLater);
    }

    /** Whether others than this VM were on the host from the start, and are still there: then nobody had to open it. */
    private boolean inUseWithout(int vm, int host, int[] place) {
        return taken.get(host)
                || IntStream.range(0, place.length)
                        .anyMatch(other -> other != vm && home[other] == host && place[other] == host);
    }

    @Override
    public BitSet culprits(int[] place) {
        BitSet found = new BitSet();
        if (!holds(place)) {
            for (int vm = 0; vm < place.length; vm++) {
                found.set(vm, hosts.get(place[vm]));
            }
        }
        return found;
    }

    @Override
    public void post(PlacementModel places) {
        Model model = places.model();
        BitSet always = (BitSet) taken.clone();
        for (int vm = 0; vm < home.length; vm++) {
            if (places.isFixed(vm) && hosts.get(home[vm])) {
                always.set(home[vm]);
            }
        }
        int left = limit - always.cardinality();
        int[] open = hosts.stream().filter(host -> !always.get(host)).toArray();
        if (left < 0) {
            places.fail();
            return;
        }
        BoolVar[] used = model.boolVarArray(open.length);
        for (int i = 0; i < open.length; i++) {
            for (int vm = 0; vm < home.length; vm++) {
                if (!places.isFixed(vm)) {
                    model.arithm(places.place(vm), "=", open[i]).implies(used[i]);
                }
            }
        }
        if (open.length > 0) {
            model.sum(used, "<=", left).post();
        }
    }
}
