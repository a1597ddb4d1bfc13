package io.godwit.monitors.hosts.simulated;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.schemas.events.HostJoined;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Probes of simulated hosts: those whose URI is "simulated:NAME". */
public final class SimulatedOpener implements HostProbe.Opener {
    private final DataCentre dataCentre;

    public SimulatedOpener(DataCentre dataCentre) {
        this.dataCentre = dataCentre;
    }

    @Override
    public boolean takes(String uri) {
        return uri.startsWith("simulated:");
    }

    @Override
    public HostProbe open(HostJoined host, Consumer<HostEvent> events) {
        return new SimulatedProbe(host.getHostId(), dataCentre.listen(host.getHostId(), events));
    }

    private final class SimulatedProbe implements HostProbe {
        private final String hostId;
        private final DataCentre.Listening listening;

        SimulatedProbe(String hostId, DataCentre.Listening listening) {
            this.hostId = hostId;
            this.listening = listening;
        }

        @Override
        public HostReading read() throws HostUnreachable {
            return dataCentre.read(hostId);
        }

        @Override
        public HostDescription describe() throws HostUnreachable {
            return dataCentre.describe(hostId);
        }

        @Override
        public OptionalLong roundTripMicros(String fromId) throws HostUnreachable {
            return OptionalLong.of(dataCentre.roundTripMicros(fromId, hostId));
        }

        @Override
        public void close() {
            listening.close();
        }
    }
}
