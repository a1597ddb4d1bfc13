package io.godwit.monitors;

import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.HostsConfig;
import io.godwit.monitors.hosts.simulated.InProcessDataCentre;
import io.godwit.monitors.hosts.simulated.remote.DataCentreServer;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The simulated data centre of a site as a process of its own: takes up where the log left it, then serves monitors and
 * executors over TCP. Needs the log at its start alone.
 */
public final class HostsService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(HostsService.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final DataCentres described;
    private final KafkaSettings settings;
    private final InetSocketAddress listen;
    private final Thread starter;
    private InProcessDataCentre dataCentre;
    private DataCentreServer server;
    private boolean closed;
    private volatile Health health = Health.starting("reads where the log left the simulated hosts");

    private HostsService(DataCentres described, KafkaSettings settings, InetSocketAddress listen) {
        this.described = described;
        this.settings = settings;
        this.listen = listen;
        this.starter = Thread.ofPlatform().daemon().name("hosts-start").start(this::begin);
    }

    /**
     * Starts the data centre.
     *
     * @param slot names the process in its log lines
     * @throws IllegalArgumentException where a trace or matrix is missing or broken
     */
    public static HostsService start(HostsConfig config, KafkaSettings settings, Slot slot) {
        DataCentres described = DataCentres.of(config, settings.site());
        LOG.atInfo()
                .addKeyValue("slot", slot)
                .addKeyValue("hosts", described.fleet().hosts().size())
                .addKeyValue("vms", described.fleet().vms().size())
                .addKeyValue("load", described.says())
                .log("simulated hosts start");
        return new HostsService(described, settings, Endpoint.parse("hosts.listen", config.listen()));
    }

    private void begin() {
        boolean told = false;
        while (true) {
            try (Log log = new KafkaLog(new SiteKafka(settings), settings.site())) {
                serve(described.start(log, InstantSource.system()));
                return;
            } catch (KafkaException away) {
                if (!told) {
                    LOG.atWarn()
                            .addKeyValue("bootstrap", settings.bootstrap())
                            .addKeyValue("cause", away.getMessage())
                            .log("the log cannot be read; tried again until it can");
                }
                told = true;
            } catch (RuntimeException failed) {
                health = Health.failed("the simulated hosts could not start: " + failed.getMessage());
                LOG.atError().setCause(failed).log("the simulated hosts could not start");
                return;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private synchronized void serve(InProcessDataCentre started) {
        if (closed) {
            started.close();
            return;
        }
        dataCentre = started;
        try {
            server = new DataCentreServer(started, listen);
            health = Health.ready("serves %d simulated hosts at %s"
                    .formatted(described.fleet().hosts().size(), Endpoint.of(server.address())));
        } catch (IOException taken) {
            health = Health.failed("hosts.listen is %s, which cannot be listened at (%s); give a free address:port"
                    .formatted(listen, taken.getMessage()));
            LOG.atError().log(health.says());
        }
    }

    @Override
    public String name() {
        return "hosts";
    }

    @Override
    public Health health() {
        return health;
    }

    @Override
    public void close() {
        starter.interrupt();
        synchronized (this) {
            closed = true;
            if (server != null) {
                server.close();
            }
            if (dataCentre != null) {
                dataCentre.close();
            }
        }
    }
}
