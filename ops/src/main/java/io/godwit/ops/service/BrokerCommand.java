package io.godwit.ops.service;

import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.CommonOptions;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.Refused;
import io.godwit.ops.data.DataFolder;
import io.godwit.ops.data.DataRefused;
import io.godwit.ops.data.DiskWatch;
import io.godwit.ops.data.Endpoints;
import io.godwit.ops.region.RegionConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code godwit broker}: the embedded broker of one site, alone. */
@Command(
        name = "broker",
        description = "Runs the embedded broker of a site alone, on broker.port or the port of the site's bootstrap.")
public final class BrokerCommand implements Runnable {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public void run() {
        RegionConfig region = common.region();
        String site = common.siteOr(region.sites().keySet().iterator().next());
        Path folder = common.folder(region).resolve("brokers").resolve(site);
        String bootstrap =
                region.sites().containsKey(site) ? region.sites().get(site).bootstrap() : "";
        int named = bootstrap.isEmpty() ? 0 : URI.create("kafka://" + bootstrap).getPort();
        CompletableFuture<String> end = new CompletableFuture<>();
        CountDownLatch stopped = new CountDownLatch(1);
        try (DataFolder data = DataFolder.lock(folder);
                BrokerProcess broker = BrokerProcess.start(
                        data.site(site),
                        region.broker().port() > 0
                                ? region.broker()
                                : region.broker().on(Math.max(0, named)),
                        DataFolder.endpoints(folder)
                                .map(before -> port(before, site))
                                .orElse(0))) {
            data.announce(new Endpoints(ProcessHandle.current().pid(), Map.of(site, broker.bootstrap()), ""));
            System.err.println(
                    "broker of site " + site + " at " + broker.bootstrap() + ", data in " + folder.toAbsolutePath());
            broker.onDeath(end::complete);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                end.complete("");
                                try {
                                    stopped.await();
                                } catch (InterruptedException interrupted) {
                                    Thread.currentThread().interrupt();
                                }
                            },
                            "stop"));
            String why = awaitEnd(end, folder);
            if (!why.isEmpty()) {
                throw new Failed(why);
            }
        } catch (DataRefused refused) {
            throw new Refused(refused.getMessage());
        } catch (IOException | ExecutionException failed) {
            throw new Failed(failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            stopped.countDown();
        }
    }

    /** Watches the disk meanwhile: a broker that cannot write dies of it. */
    private static String awaitEnd(CompletableFuture<String> end, Path folder)
            throws InterruptedException, ExecutionException, IOException {
        boolean warned = false;
        while (true) {
            try {
                return end.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException _) {
                switch (DiskWatch.look(folder)) {
                    case DiskWatch.Verdict.Enough _ -> warned = false;
                    case DiskWatch.Verdict.Low(String says) -> {
                        if (!warned) {
                            System.err.println("disk: " + says);
                        }
                        warned = true;
                    }
                    case DiskWatch.Verdict.Full(String says) -> end.complete(says);
                }
            }
        }
    }

    private static int port(Endpoints before, String site) {
        String bootstrap = before.bootstrap().get(site);
        return bootstrap == null ? 0 : URI.create("kafka://" + bootstrap).getPort();
    }
}
