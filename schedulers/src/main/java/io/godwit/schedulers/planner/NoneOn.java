package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.BitSet;

/** None of some VMs on any of some hosts: ban, fence, offline. The search knows it from the hosts that each VM may be on. */
final class NoneOn implements Rule {
    private final BitSet vms;
    private final BitSet hosts;

    NoneOn(BitSet vms, BitSet hosts) {
        this.vms = vms;
        this.hosts = hosts;
    }

    @Override
    public boolean holds(int[] place) {
        return culprits(place).isEmpty();
    }

    @Override
    public boolean letsIn(int[] place, int vm, int target) {
        return !vms.get(vm) || !hosts.get(target);
    }

    @Override
    public boolean makesWait(int[] placeBeforeLater, Step earlier, Step later) {
        return false;
    }

    @Override
    public BitSet culprits(int[] place) {
        BitSet found = new BitSet();
        vms.stream().filter(vm -> hosts.get(place[vm])).forEach(found::set);
        return found;
    }

    @Override
    public void post(PlacementModel model) {
        vms.stream().forEach(vm -> hosts.stream().forEach(host -> model.forbid(vm, host)));
    }
}
