package io.godwit.ops.cli;

import io.godwit.ops.data.DataFolder;
import io.godwit.ops.data.Endpoints;
import io.godwit.ops.incident.Manifest;
import io.godwit.ops.region.RegionConfig;
import io.godwit.ops.settings.Settings;
import io.godwit.ops.settings.SettingsFault;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.PackedLog;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import picocli.CommandLine.Option;

/** Options that all asking verbs share: which region, which site, how to print. */
public final class CommonOptions {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(8);
    private static final Duration PAUSE = Duration.ofSeconds(1); // where a Kafka refuses at once

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Data folder of the region on this machine (default: that of godwit up).")
    Path data;

    @Option(names = "--config", paramLabel = "FILE", description = "region.yaml of the region.")
    Path config;

    @Option(
            names = "--bootstrap",
            paramLabel = "ADDRESS:PORT",
            description = "Kafka to ask, instead of the region's own.")
    String bootstrap;

    @Option(
            names = {"--log", "--incident"},
            paramLabel = "FOLDER|FILE",
            description = "Log in a folder, as godwit simulate --record writes it, or in a file, as godwit incident"
                    + " export does, instead of a Kafka.")
    Path logFolder;

    @Option(
            names = "--site",
            paramLabel = "SITE",
            description = "Site that is meant (default: the only one, or the one asked at).")
    String site;

    @Option(
            names = "--from-site",
            paramLabel = "SITE",
            description = "Site whose Kafka is asked; another than --site answers from the mirrored log (default: the"
                    + " first).")
    String fromSite;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    Printer.Format format = Printer.Format.TABLE;

    @Option(names = "--json", description = "The same as -o json.")
    void json(boolean wanted) {
        if (wanted) {
            format = Printer.Format.JSON;
        }
    }

    Printer printer() {
        return new Printer(System.out, format);
    }

    /** The region's settings; those by default where no file is named. */
    public RegionConfig region() {
        return region(config);
    }

    /**
     * The settings of a file; those by default where it is null.
     *
     * @throws Failed where it cannot be read or has faults, with all of them
     */
    public static RegionConfig region(Path file) {
        if (file == null) {
            return RegionConfig.DEFAULTS;
        }
        try {
            return Settings.read(file, RegionConfig.class);
        } catch (SettingsFault wrong) {
            throw new Failed(wrong.getMessage(), wrong);
        } catch (NoSuchFileException missing) {
            throw new Failed("there is no file " + file + "; name the region's settings with --config FILE", missing);
        } catch (IOException unreadable) {
            throw new Failed("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /** Whether a log in a folder is asked, which has no Kafka behind it. */
    boolean ofFolder() {
        return logFolder != null;
    }

    /** What the log in a file says of itself; empty where none is asked. */
    Optional<Manifest> incident() {
        return Optional.ofNullable(logFolder).filter(Files::isRegularFile).map(Manifest::of);
    }

    private void refuseFolder() {
        if (ofFolder()) {
            throw new IllegalArgumentException("--log " + logFolder
                    + " is a record in a folder, and this verb needs a region that runs; drop --log");
        }
    }

    /** Kafka of the site that is asked, which answers now, by the name of the site that is meant. */
    SiteKafka kafka() {
        KafkaSettings asked = asked();
        return answering(new KafkaSettings(
                siteOr(asked.site()), asked.bootstrap(), asked.client(), asked.session(), asked.transactionTimeout()));
    }

    private KafkaSettings asked() {
        refuseFolder();
        RegionConfig region = region();
        Map<String, String> bootstraps = bootstraps(region);
        // every site mirrors the others, so the first one answers for all where nobody says which one to ask
        String first = bootstraps.keySet().iterator().next();
        String asked = fromSite != null ? fromSite : bootstrap != null ? siteOr(first) : first;
        String at = bootstrap != null ? bootstrap : bootstraps.get(asked);
        if (at == null) {
            throw new Failed("no site is called " + asked + "; known are " + String.join(", ", bootstraps.keySet()));
        }
        return settings(region, asked, at);
    }

    /** Kafka of a site's own log, to append to. */
    public SiteKafka home() {
        return answering(homeSettings());
    }

    /** The same for a service, which outlives a Kafka that is away: waits until it answers, and tells so. */
    public SiteKafka homeOnceItAnswers(Consumer<String> teller) {
        KafkaSettings settings = homeSettings();
        while (true) {
            SiteKafka kafka = new SiteKafka(settings);
            Optional<Exception> silence = silence(kafka);
            if (silence.isEmpty()) {
                return kafka;
            }
            teller.accept("no Kafka answers at " + settings.bootstrap() + " (site " + settings.site()
                    + "); tried again until one does" + detail(silence.get()));
            pause();
        }
    }

    private KafkaSettings homeSettings() {
        refuseFolder();
        RegionConfig region = region();
        Map<String, String> bootstraps = bootstraps(region);
        String home = site == null ? bootstraps.keySet().iterator().next() : site;
        String at = bootstrap != null ? bootstrap : bootstraps.get(home);
        if (at == null) {
            throw new Failed("no site is called " + home + "; known are " + String.join(", ", bootstraps.keySet()));
        }
        return settings(region, home, at);
    }

    /**
     * Kafka of every site of the region, in the order of their names.
     *
     * @throws Failed where region.yaml names a site and not its Kafka
     */
    public List<KafkaSettings> everySite() {
        refuseFolder();
        RegionConfig region = region();
        Map<String, String> bootstraps = bootstraps(region);
        if (region.sites().size() > 1) {
            region.sites().keySet().stream()
                    .filter(named -> !bootstraps.containsKey(named))
                    .findFirst()
                    .ifPresent(nowhere -> {
                        throw new Failed("sites." + nowhere + " has no bootstrap in " + config
                                + "; give the address:port of its Kafka, since other sites are to reach it");
                    });
        }
        return bootstraps.entrySet().stream()
                .map(where -> settings(region, where.getKey(), where.getValue()))
                .toList();
    }

    /** The log of the site that is meant, to read. */
    Log log() {
        if (logFolder != null) {
            return folderLog();
        }
        SiteKafka asked = answering(asked());
        return open(asked, siteOr(asked.site()));
    }

    /** The same with every offset as at home, also where it is another site's copy that is asked. */
    Log logByHomeOffsets() {
        Log log = log();
        return log instanceof KafkaLog ofKafka ? ofKafka.byHomeOffsets() : log;
    }

    /** The site's own log, to read: what a verb that appends would append to. */
    Log homeLog() {
        return logFolder != null ? folderLog() : open(home());
    }

    /** The present of a log: the time of day where it is written on, the end of its observations where it is a record. */
    Instant present(Log log) {
        return logFolder == null ? Instant.now() : newest(log);
    }

    private static Instant newest(Log log) {
        return IntStream.range(0, log.segments())
                .mapToObj(segment -> log.at(Topic.OBSERVATIONS, segment, log.end(Topic.OBSERVATIONS, segment) - 1))
                .flatMap(Optional::stream)
                .map(record -> Instant.ofEpochMilli(record.timestampMillis() + 1))
                .max(Comparator.naturalOrder())
                .orElseGet(Instant::now);
    }

    private Log folderLog() {
        if (bootstrap != null || data != null || fromSite != null) {
            throw new IllegalArgumentException(
                    "--log names a folder to read, and --bootstrap, --data or --from-site a region that runs; give"
                            + " one");
        }
        Log log = Files.isRegularFile(logFolder) ? PackedLog.open(logFolder) : new DirectoryLog(logFolder);
        if (site != null && !site.equals(log.site())) {
            log.close();
            throw new IllegalArgumentException(
                    "the log in " + logFolder + " is of site " + log.site() + ", not " + site + "; drop --site");
        }
        return log;
    }

    /** A site's own log. */
    static Log open(SiteKafka kafka) {
        return open(kafka, kafka.site());
    }

    private static Log open(SiteKafka kafka, String meant) {
        try (Admin admin = kafka.admin()) {
            String inventory = Topic.INVENTORY.of(meant);
            if (!admin.listTopics().names().get().contains(inventory)) {
                throw new Failed("the Kafka at " + kafka.settings().bootstrap() + " has no topics of site " + meant
                        + "; name a site that it holds with --site, or create them with: godwit topics create"
                        + " --site "
                        + meant);
            }
            return new KafkaLog(kafka, meant);
        } catch (ExecutionException | KafkaException failed) {
            throw new Failed(
                    "cannot read the log at " + kafka.settings().bootstrap() + ": " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    /** Data folder of the region on this machine. */
    public Path folder(RegionConfig region) {
        return data == null ? DataFolder.defaultFor(region.region()) : data;
    }

    /** Bootstrap by site: of the file where it names them, else of the region that runs on the data folder. */
    private Map<String, String> bootstraps(RegionConfig region) {
        Map<String, String> named = new TreeMap<>();
        region.sites().forEach((name, where) -> {
            if (!where.bootstrap().isEmpty()) {
                named.put(name, where.bootstrap());
            }
        });
        if (!named.isEmpty()) {
            return named;
        }
        if (bootstrap != null) {
            return Map.of(site == null ? RegionConfig.SITE : site, bootstrap);
        }
        Path folder = folder(region);
        try {
            return DataFolder.endpoints(folder)
                    .map(Endpoints::bootstrap)
                    .orElseThrow(() -> new Failed("no region has run on " + folder
                            + " yet; start one with: godwit up, or name its folder with --data or its"
                            + " settings with --config"));
        } catch (IOException unreadable) {
            throw new Failed("cannot read " + folder + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /** Whether there is a region to ask: one is named, or one has run on this machine. */
    boolean namesRegion() {
        try {
            return config != null
                    || bootstrap != null
                    || data != null
                    || DataFolder.endpoints(folder(region())).isPresent();
        } catch (IOException unreadable) {
            throw new Failed("cannot read " + folder(region()) + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /** The site that is meant, or this one where none is named. */
    public String siteOr(String first) {
        return site == null ? first : site;
    }

    private static KafkaSettings settings(RegionConfig region, String site, String bootstrap) {
        try {
            return region.kafka().at(site, bootstrap);
        } catch (IOException unreadable) {
            throw new Failed(unreadable.getMessage(), unreadable);
        }
    }

    private static SiteKafka answering(KafkaSettings settings) {
        SiteKafka kafka = new SiteKafka(settings);
        silence(kafka).ifPresent(silent -> {
            throw new Failed(
                    "no Kafka answers at " + settings.bootstrap() + " (site " + settings.site()
                            + "); start the region with: godwit up, or name where it runs with"
                            + " --data, --config or --bootstrap"
                            + detail(silent),
                    silent);
        });
        return kafka;
    }

    /**
     * Why a Kafka does not answer now; empty where it does.
     *
     * @throws Failed where it answers and refuses us, which waiting does not mend
     */
    private static Optional<Exception> silence(SiteKafka kafka) {
        try (Admin admin = kafka.admin()) {
            admin.describeCluster().clusterId().get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException | TimeoutException | KafkaException silent) {
            if (silent.getCause() instanceof AuthenticationException refused) {
                throw new Failed(
                        "the Kafka at " + kafka.settings().bootstrap() + " (site " + kafka.site() + ") refuses us: "
                                + refused.getMessage()
                                + "; correct kafka.client, or the files that kafka.client-files names, in region.yaml",
                        refused);
            }
            return Optional.of(silent);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    private static String detail(Exception silent) {
        return silent instanceof TimeoutException ? "" : " (" + silent.getMessage() + ")";
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    /** @throws IllegalArgumentException with how to write it */
    static Optional<Instant> moment(String at) {
        return Optional.ofNullable(at).map(text -> Moment.parse(text, ZonedDateTime.now(ZoneId.systemDefault())));
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
