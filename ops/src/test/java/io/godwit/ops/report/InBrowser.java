package io.godwit.ops.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page in Chromium, with its own policy in force. */
public final class InBrowser {
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome");

    private InBrowser() {}

    private static Optional<Path> browser() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .flatMap(place -> BROWSERS.stream().map(name -> Path.of(place, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Ids of the charts that it draws, sorted; it may complain of nothing. The test is skipped where there is no browser.
     *
     * @param folder to work in
     */
    public static List<String> drawn(String page, Path folder) throws IOException, InterruptedException {
        Optional<Path> browser = browser();
        assumeTrue(browser.isPresent(), "no browser of " + BROWSERS + " on the PATH: the page is not looked at");
        Path file = Files.writeString(folder.resolve("index.html"), page);
        Path dom = folder.resolve("dom.html");
        Path messages = folder.resolve("messages");
        Process process = new ProcessBuilder(
                        browser.orElseThrow().toString(),
                        "--headless",
                        "--no-sandbox", // where the tests run as root it does not start with one
                        "--disable-gpu",
                        "--enable-logging=stderr",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--dump-dom",
                        file.toUri().toString())
                .redirectOutput(dom.toFile())
                .redirectError(messages.toFile())
                .start();
        try {
            assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the browser does not end");
        } finally {
            process.destroyForcibly();
        }
        try (Stream<String> lines = Files.lines(messages)) {
            assertEquals(
                    List.of(), lines.filter(line -> line.contains("CONSOLE")).toList());
        }
        Matcher canvas =
                Pattern.compile("<canvas id=\"(\\w+)\"[^>]* height=\"[1-9]").matcher(Files.readString(dom));
        return canvas.results().map(match -> match.group(1)).sorted().toList();
    }
}
