package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.chocosolver.solver.Model;
import org.chocosolver.solver.variables.IntVar;

/** VMs on some hosts take at most so much in sum: resourceCapacity, and runningCapacity, where each VM counts one. */
final class Bound implements Rule {
    private final BitSet hosts;
    private final long[] size;
    private final long base;
    private final long limit;
    private final int[] home;

    /**
     * @param size of each VM
     * @param base taken by what is no VM of the problem's
     */
    Bound(Board board, BitSet hosts, long[] size, long base, long limit) {
        this.hosts = hosts;
        this.size = size;
        this.base = base;
        this.limit = limit;
        home = board.home;
    }

    long sum(int[] place) {
        long sum = base;
        for (int vm = 0; vm < place.length; vm++) {
            sum += hosts.get(place[vm]) ? size[vm] : 0;
        }
        return sum;
    }

    @Override
    public boolean holds(int[] place) {
        return sum(place) <= limit;
    }

    @Override
    public boolean letsIn(int[] place, int vm, int target) {
        return !hosts.get(target) || sum(place) + size[vm] <= limit;
    }

    @Override
    public boolean makesWait(int[] placeBeforeLater, Step earlier, Step later) {
        return hosts.get(later.target()) && hosts.get(earlier.source());
    }

    @Override
    public BitSet culprits(int[] place) {
        BitSet found = new BitSet();
        if (!holds(place)) {
            for (int vm = 0; vm < place.length; vm++) {
                found.set(vm, hosts.get(place[vm]) && size[vm] > 0);
            }
        }
        return found;
    }

    @Override
    public void post(PlacementModel places) {
        Model model = places.model();
        int[] inside = hosts.stream().toArray();
        long room = limit - base;
        List<IntVar> here = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        for (int vm = 0; vm < size.length; vm++) {
            if (size[vm] == 0) {
                continue;
            }
            if (places.isFixed(vm)) {
                room -= hosts.get(home[vm]) ? size[vm] : 0;
            } else if (inside.length > 0) {
                here.add(model.member(places.place(vm), inside).reify());
                sizes.add(size[vm]);
            }
        }
        if (room < 0) {
            places.fail();
        } else if (!here.isEmpty()) {
            long unit = Units.of(sizes);
            int[] scaled = sizes.stream()
                    .mapToInt(each -> (int) Math.ceilDiv(each, unit))
                    .toArray();
            int most = (int) Math.min(Units.SUM_MAX, room / unit);
            model.scalar(here.toArray(IntVar[]::new), scaled, "<=", most).post();
        }
    }
}
