package io.godwit.ops.up;

import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.RealHosts;
import io.godwit.ops.cli.Refused;
import io.godwit.ops.region.RegionConfig;
import io.godwit.ops.service.FirstRecords;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.service.Service;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One site of an "up": its broker, what stands in its log from the first start on, its watch, its services. */
final class SiteRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SiteRun.class);

    private final String site;
    private final BrokerProcess broker;
    private final SiteKafka kafka;
    private final List<Service> services = new CopyOnWriteArrayList<>();
    private RunWatch watch;
    private String mode = "";

    private SiteRun(String site, BrokerProcess broker, SiteKafka kafka) {
        this.site = site;
        this.broker = broker;
        this.kafka = kafka;
    }

    /** Starts the broker; the log is as its folder has it. */
    static SiteRun withBroker(String site, Path folder, RegionConfig region, int portBefore) throws IOException {
        BrokerProcess broker = BrokerProcess.start(folder, region.broker(), portBefore);
        return new SiteRun(site, broker, new SiteKafka(region.kafka().at(site, broker.bootstrap())));
    }

    KafkaSettings settings() {
        return kafka.settings();
    }

    BrokerProcess broker() {
        return broker;
    }

    /** The mode in force at the start. */
    String mode() {
        return mode;
    }

    RunWatch watch() {
        return watch;
    }

    List<Service> services() {
        return services;
    }

    /**
     * What every log of ours holds before a service reads it: topics, the fleet, a mode. Adds only what is missing.
     *
     * @return what to tell of hosts that do not answer now
     * @throws Failed where such a host was never seen
     */
    List<String> prepare(RegionConfig region, RealHosts.Asked hosts, String firstMode) {
        try (Admin admin = kafka.admin()) {
            List<String> created = Topics.create(admin, site, region.shape());
            List<String> faults = created.isEmpty() ? Topics.check(admin, site, region.shape()) : List.of();
            if (!faults.isEmpty()) {
                throw new Refused(String.join("\n", faults));
            }
        }
        try (Log log = new KafkaLog(kafka, site)) {
            List<String> silent = hosts.silentYetKnown(FirstRecords.uris(log));
            mode = FirstRecords.append(kafka, log, hosts.hosts(), firstMode, "godwit up");
            FirstRecords.announce(kafka, log, region.scheduler().decisions());
            return silent;
        }
    }

    void watch(int segments, Clock clock, Consumer<String> teller) {
        watch = RunWatch.start(kafka, segments, clock, teller);
    }

    /** Starts services side by side, since each mostly waits for the broker; returns when all were started. */
    void start(List<Starter> starters) {
        try (ExecutorService threads = Executors.newFixedThreadPool(
                Math.max(1, starters.size()),
                Thread.ofPlatform().name("start-", 0).factory())) {
            List<Future<Service>> starting = new ArrayList<>();
            starters.forEach(starter -> starting.add(threads.submit(() -> starter.start(kafka.settings()))));
            for (Future<Service> one : starting) {
                services.add(one.get());
            }
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Failed told) {
                throw told;
            }
            throw new Failed(
                    "a service of site " + site + " did not start: "
                            + failed.getCause().getMessage(),
                    failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted while services started");
        }
    }

    /** Stops services in the order against the data's way, then the watch, then the broker. */
    @Override
    public void close() {
        List<Service> last = new ArrayList<>(services);
        Collections.reverse(last);
        for (Service service : last) {
            closeQuietly(service.name(), service);
        }
        if (watch != null) {
            closeQuietly("watch", watch);
        }
        broker.close();
    }

    private void closeQuietly(String name, AutoCloseable part) {
        try {
            part.close();
        } catch (Exception failed) { // the rest must be stopped all the same
            LOG.atWarn()
                    .addKeyValue("site", site)
                    .addKeyValue("service", name)
                    .setCause(failed)
                    .log("did not stop in order");
        }
    }
}
