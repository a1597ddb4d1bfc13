package io.godwit.ops.words;

import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.units.ByteSize;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** Which hosts and VMs there are, and what their monitors saw happen to them. */
final class InventoryWords {
    private final Names names;
    private final Map<String, String> described = new HashMap<>(); // as last told, by host
    private final Set<String> defined = Newest.of(200_000); // VM and host

    InventoryWords(Names names) {
        this.names = names;
    }

    List<Telling> of(SpecificRecord event) {
        return switch (event) {
            case HostJoined joined ->
                List.of(Telling.later(
                        "joined",
                        "",
                        names.label(joined.getHostId()),
                        "  by %s: %s".formatted(joined.getBy(), joined.getReason())));
            case HostLeft left ->
                List.of(Telling.later(
                        "left",
                        "",
                        names.label(left.getHostId()),
                        "  by %s: %s".formatted(left.getBy(), left.getReason())));
            case HostDescribed host -> described(host);
            case VmDefined vm -> defined(vm);
            case HostLost lost ->
                List.of(Telling.later(
                        "unreached",
                        "",
                        names.label(lost.getHostId()),
                        "  %s lost it: %s".formatted(lost.getMonitor(), lost.getReason())));
            case VmChanged changed ->
                List.of(Telling.later(
                        "observed",
                        "",
                        names.vm(changed.getVmId()),
                        "  %s on %s%s"
                                .formatted(
                                        Words.word(changed.getChange()).replace('-', ' '),
                                        names.label(changed.getHostId()),
                                        changed.getDetail().isEmpty() ? "" : ": " + changed.getDetail())));
            default -> List.of();
        };
    }

    /** Monitors describe their hosts whenever they begin; only what is new is told. */
    private List<Telling> described(HostDescribed host) {
        String says = "  %d mc, %s%s"
                .formatted(
                        host.getCpuCapacityMillicores(),
                        new ByteSize(host.getMemoryCapacityBytes()),
                        host.getCpuModel().isEmpty() ? "" : ", " + host.getCpuModel());
        return says.equals(described.put(host.getHostId(), says))
                ? List.of()
                : List.of(Telling.later("described", "", names.label(host.getHostId()), says));
    }

    /** The same of VMs. */
    private List<Telling> defined(VmDefined vm) {
        return defined.add(vm.getVmId() + " " + vm.getHostId())
                ? List.of(Telling.later(
                        "defined",
                        "",
                        names.vm(vm.getVmId()),
                        "  on %s: %d vCPUs, %s"
                                .formatted(
                                        names.label(vm.getHostId()), vm.getVcpus(), new ByteSize(vm.getMemoryBytes()))))
                : List.of();
    }
}
