package io.godwit.ittests.lab;

import io.godwit.monitors.MonitorConfig;
import io.godwit.monitors.hosts.libvirt.CapacityOverride;
import io.godwit.monitors.hosts.libvirt.LibvirtOpener;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.monitors.watch.HostWatch;
import io.godwit.monitors.watch.Membership;
import io.godwit.monitors.watch.Observations;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * A watch as a process of its own, for the lab's station, where hosts are reached over TCP. Says "sampled HOST" and "lost
 * HOST" on a line each; ends when its input does.
 */
public final class StationWatch {
    private StationWatch() {}

    /** @param hosts names on the lab's network */
    public static void main(String[] hosts) throws IOException {
        Membership membership = new Membership(Duration.ofHours(1), System.nanoTime());
        membership.assigned(Set.of(0), System.nanoTime());
        try (HostWatch watch = new HostWatch(
                MonitorConfig.DEFAULTS,
                "station",
                "",
                List.of(new LibvirtOpener(LibvirtSettings.DEFAULTS, _ -> CapacityOverride.NONE)),
                new Saying(),
                membership)) {
            watch.begin(0);
            for (String host : hosts) {
                String uri = "qemu+tcp://" + host + "/system";
                watch.take(0, new HostJoined(host, "lab", "r1", host, 0, uri, "", "test", "test"));
            }
            watch.serve(0);
            watch.start();
            while (System.in.read() >= 0) {
                // until the end
            }
        }
    }

    private static final class Saying implements Observations {
        @Override
        public void passing(int segment, String key, SpecificRecord event) {
            if (event instanceof HostSampled sampled) {
                System.out.println("sampled " + sampled.getHostId());
            }
        }

        @Override
        public void lasting(Topic topic, int segment, String key, SpecificRecord event) {
            if (event instanceof HostLost lost) {
                System.out.println("lost " + lost.getHostId());
            }
        }
    }
}
