package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.Arrays;
import java.util.BitSet;
import org.chocosolver.solver.Model;
import org.chocosolver.solver.variables.IntVar;

/** VMs of different sets share no host: spread (sets of one VM), split, lonely (some VMs, and all others). */
final class Apart implements Rule {
    private final int[][] sets;
    private final int[][] alsoOn;
    private final int[] setOf;
    private final boolean spared;
    private final int[] home;

    /**
     * @param sets VMs, ascending; no VM in two of them
     * @param alsoOn hosts that VMs of each set take besides, being in flight
     * @param spared whether pairs that share a host now may go on doing so
     */
    Apart(Board board, int[][] sets, int[][] alsoOn, boolean spared) {
        this.sets = sets;
        this.alsoOn = alsoOn;
        this.spared = spared;
        home = board.home;
        setOf = new int[board.vms];
        Arrays.fill(setOf, -1);
        for (int set = 0; set < sets.length; set++) {
            for (int vm : sets[set]) {
                setOf[vm] = set;
            }
        }
    }

    @Override
    public boolean holds(int[] place) {
        return culprits(place).isEmpty();
    }

    @Override
    public boolean letsIn(int[] place, int vm, int target) {
        if (setOf[vm] < 0) {
            return true;
        }
        for (int set = 0; set < sets.length; set++) {
            if (set != setOf[vm] && isOn(set, place, target)) {
                return false;
            }
        }
        return true;
    }

    private boolean isOn(int set, int[] place, int host) {
        for (int vm : sets[set]) {
            if (place[vm] == host) {
                return true;
            }
        }
        for (int also : alsoOn[set]) {
            if (also == host) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean makesWait(int[] placeBeforeLater, Step earlier, Step later) {
        return earlier.source() == later.target()
                && setOf[earlier.vm()] >= 0
                && setOf[later.vm()] >= 0
                && setOf[earlier.vm()] != setOf[later.vm()];
    }

    @Override
    public BitSet culprits(int[] place) {
        BitSet found = new BitSet();
        for (int[] set : sets) {
            for (int vm : set) {
                if (!letsIn(place, vm, place[vm])) {
                    found.set(vm);
                }
            }
        }
        return found;
    }

    @Override
    public void post(PlacementModel model) {
        for (int set = 0; set < sets.length; set++) {
            for (int vm : sets[set]) {
                for (int other = 0; other < sets.length; other++) {
                    for (int host : other == set ? new int[0] : alsoOn[other]) {
                        if (!spared || home[vm] != host) {
                            model.forbid(vm, host);
                        }
                    }
                    for (int otherVm : other > set ? sets[other] : new int[0]) {
                        keepApart(model, vm, otherVm);
                    }
                }
            }
        }
        boolean spread = !spared && Arrays.stream(sets).allMatch(set -> set.length == 1);
        if (spread && sets.length > 2) { // prunes more than the pairs do
            model.model()
                    .allDifferent(
                            Arrays.stream(sets).map(set -> model.place(set[0])).toArray(IntVar[]::new))
                    .post();
        }
    }

    private void keepApart(PlacementModel places, int vm, int other) {
        if (places.isFixed(vm) && places.isFixed(other)) {
            if (home[vm] == home[other] && !spared) {
                places.fail();
            }
        } else if (places.isFixed(vm) && !(spared && home[vm] == home[other])) {
            places.forbid(other, home[vm]);
        } else if (places.isFixed(other) && !(spared && home[vm] == home[other])) {
            places.forbid(vm, home[other]);
        } else {
            Model model = places.model();
            IntVar one = places.place(vm);
            IntVar two = places.place(other);
            if (spared && home[vm] == home[other]) {
                model.or(
                                model.arithm(one, "!=", two),
                                model.and(model.arithm(one, "=", home[vm]), model.arithm(two, "=", home[vm])))
                        .post();
            } else {
                model.arithm(one, "!=", two).post();
            }
        }
    }
}
