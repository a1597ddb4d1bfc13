package io.godwit.monitors.hosts.simulated.model;

import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.Map;

/**
 * Where the log left the VMs of a fleet.
 *
 * @param places by VM id; a VM that is missing stands where its fleet puts it
 * @param open migrations that had begun and were not seen to end, oldest first
 */
public record Restored(Map<String, Place> places, List<OpenMigration> open) {
    public static final Restored NOTHING = new Restored(Map.of(), List.of());

    public Restored {
        places = Map.copyOf(places);
        open = List.copyOf(open);
    }

    public record Place(String hostId, VmState state) {}

    /** @param startMicros microseconds since 1970 */
    public record OpenMigration(
            String commandId,
            String vmId,
            String sourceHostId,
            String targetHostId,
            long bytesPerSecondMax,
            boolean postCopy,
            boolean staysPaused,
            long startMicros) {
        /** Whether the guest is held back is told again by whoever asks for the migration next. */
        MigrationAsk ask() {
            return new MigrationAsk(
                    commandId, vmId, sourceHostId, targetHostId, bytesPerSecondMax, postCopy, false, staysPaused);
        }
    }
}
