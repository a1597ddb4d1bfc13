package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.EPCompiled;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled rules in a folder, so that a process that starts again is at work within seconds: the first compilation in a JVM
 * costs some seconds of CPU, reading the result a few milliseconds. What lies there runs as code, so the folder belongs to
 * its owner alone. A file is named for everything that it depends on, the classes that admitted it included, so an operator's
 * rule that lies there was admitted by this build; one that cannot be read is made again.
 */
final class CompiledStore {
    private static final Logger LOG = LoggerFactory.getLogger(CompiledStore.class);

    private static final List<Class<?>> ADMITTING = List.of(
            EngineSettings.class,
            Says.class,
            RuleCheck.class,
            EplAllowList.class,
            BareText.class,
            Explosion.class,
            SodaWalk.class,
            RuleReach.class,
            PatternReach.class,
            RuleJoin.class,
            SameSubject.class,
            SubjectCheck.class,
            WindowPeriod.class,
            RuleHeader.class,
            BuiltInRules.class);

    private final Path folder;
    private final String build = digestOfBuild();

    private CompiledStore(Path folder) {
        this.folder = folder;
    }

    /** Empty, and said so, where the folder cannot be used: then every process compiles for itself. */
    static Optional<CompiledStore> in(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            return Optional.of(new CompiledStore(folder));
        } catch (IOException | UnsupportedOperationException unusable) {
            LOG.atWarn()
                    .addKeyValue("folder", folder)
                    .addKeyValue("reason", unusable.toString())
                    .log("compiled rules cannot be kept; starts take some seconds longer");
            return Optional.empty();
        }
    }

    Optional<CompiledForm> read(String text, boolean builtIn) {
        Path file = file(text, builtIn);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(CompiledForm.read(Files.readAllBytes(file)));
        } catch (IOException | RuntimeException damaged) {
            LOG.atDebug().setCause(damaged).log("a kept rule cannot be read and is compiled again");
            return Optional.empty();
        }
    }

    void keep(String text, boolean builtIn, CompiledForm compiled) {
        try {
            Path whole = Files.createTempFile(folder, "rule", ".new");
            Files.write(whole, compiled.bytes());
            Files.move(whole, file(text, builtIn), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException full) {
            LOG.atDebug().setCause(full).log("a compiled rule is not kept");
        }
    }

    private Path file(String text, boolean builtIn) {
        MessageDigest digest = sha256();
        digest.update(build.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) (builtIn ? 1 : 0));
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return folder.resolve(HexFormat.of().formatHex(digest.digest()) + ".rule");
    }

    /** Over the classes that compiled rules are linked against, those that admit them, and Esper's version. */
    private static String digestOfBuild() {
        MessageDigest digest = sha256();
        digest.update(Objects.toString(EPCompiled.class.getPackage().getImplementationVersion(), "")
                .getBytes(StandardCharsets.UTF_8));
        EngineSettings.VIEWS.values().forEach(view -> digest.update(bytes(view)));
        ADMITTING.forEach(type -> digest.update(bytes(type)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static byte[] bytes(Class<?> type) {
        String resource = "/" + type.getName().replace('.', '/') + ".class";
        try (InputStream in = type.getResourceAsStream(resource)) {
            return Objects.requireNonNull(in, resource).readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
