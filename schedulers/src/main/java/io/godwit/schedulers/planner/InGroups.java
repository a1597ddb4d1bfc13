package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.Arrays;
import java.util.BitSet;
import org.chocosolver.solver.Model;
import org.chocosolver.solver.variables.BoolVar;

/**
 * Each set of VMs inside one group of hosts, in the end: among (one set), splitAmong (no two sets in the same group). Where it
 * must hold on the way, the groups are settled beforehand and there is no such rule.
 */
final class InGroups implements Rule {
    private final int[][] sets;
    private final BitSet[] groups;

    InGroups(int[][] sets, BitSet[] groups) {
        this.sets = sets;
        this.groups = groups;
    }

    @Override
    public boolean holds(int[] place) {
        return assignment(place) != null;
    }

    /** The group of each set, the first that do; null if there are none. */
    int[] assignment(int[] place) {
        int[] chosen = new int[sets.length];
        return assign(place, 0, chosen) ? chosen : null;
    }

    private boolean assign(int[] place, int set, int[] chosen) {
        if (set == sets.length) {
            return true;
        }
        for (int group = 0; group < groups.length; group++) {
            boolean taken = false;
            for (int before = 0; before < set; before++) {
                taken |= chosen[before] == group;
            }
            int candidate = group;
            chosen[set] = group;
            if (!taken
                    && Arrays.stream(sets[set]).allMatch(vm -> groups[candidate].get(place[vm]))
                    && assign(place, set + 1, chosen)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean letsIn(int[] place, int vm, int target) {
        for (int[] set : sets) {
            if (Arrays.binarySearch(set, vm) >= 0) {
                int[] after = place.clone();
                after[vm] = target;
                return holds(after) || !holds(place);
            }
        }
        return true;
    }

    @Override
    public boolean makesWait(int[] placeBeforeLater, Step earlier, Step later) {
        return false;
    }

    @Override
    public BitSet culprits(int[] place) {
        BitSet found = new BitSet();
        if (!holds(place)) {
            for (int[] set : sets) {
                Arrays.stream(set).forEach(found::set);
            }
        }
        return found;
    }

    @Override
    public void post(PlacementModel model) {
        Model choco = model.model();
        BoolVar[][] chosen = choco.boolVarMatrix(sets.length, groups.length);
        for (int set = 0; set < sets.length; set++) {
            choco.sum(chosen[set], "=", 1).post();
            for (int group = 0; group < groups.length; group++) {
                int[] hosts = groups[group].stream().toArray();
                for (int vm : sets[set]) {
                    if (hosts.length == 0) {
                        choco.arithm(chosen[set][group], "=", 0).post();
                    } else {
                        choco.member(model.place(vm), hosts).impliedBy(chosen[set][group]);
                    }
                }
            }
        }
        for (int group = 0; group < groups.length && sets.length > 1; group++) {
            BoolVar[] column = new BoolVar[sets.length];
            for (int set = 0; set < sets.length; set++) {
                column[set] = chosen[set][group];
            }
            choco.sum(column, "<=", 1).post();
        }
    }
}
