package io.godwit.monitors.hosts.simulated.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.schemas.events.VmChange;
import java.io.IOException;

/** A host's event as it travels: its kind is told by which of the two fields is there. */
record EventJson(HostEvent.VmChangeSeen change, HostEvent.ConnectionLost lost) {
    static EventJson of(HostEvent event) {
        return switch (event) {
            case HostEvent.VmChangeSeen seen -> new EventJson(seen, null);
            case HostEvent.ConnectionLost gone -> new EventJson(null, gone);
        };
    }

    static HostEvent read(Frame frame) throws IOException {
        JsonNode json = frame.json();
        JsonNode seen = json.path("change");
        if (seen.isObject()) {
            return new HostEvent.VmChangeSeen(
                    seen.path("hostId").asText(),
                    seen.path("vmId").asText(),
                    VmChange.valueOf(seen.path("change").asText()),
                    seen.path("detail").asText(),
                    seen.path("measuredAtMicros").asLong());
        }
        JsonNode gone = json.path("lost");
        return new HostEvent.ConnectionLost(
                gone.path("hostId").asText(), gone.path("reason").asText());
    }
}
