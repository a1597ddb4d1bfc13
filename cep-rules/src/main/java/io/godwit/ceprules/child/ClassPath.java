package io.godwit.ceprules.child;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The jars in which classes lie. A folder of classes, as a build makes it, is packed into a jar first: a JVM that may open no
 * files any more still reads a jar that it has open.
 */
final class ClassPath {
    private static final Map<Path, Path> PACKED = new ConcurrentHashMap<>();

    private ClassPath() {}

    /** @param classes of each jar, a class in it */
    static String of(List<String> classes) {
        Set<String> jars = new LinkedHashSet<>();
        for (String name : classes) {
            Path place = placeOf(name);
            jars.add((Files.isDirectory(place) ? PACKED.computeIfAbsent(place, ClassPath::pack) : place).toString());
        }
        return String.join(File.pathSeparator, jars);
    }

    private static Path placeOf(String name) {
        try {
            CodeSource source = Class.forName(name, false, ClassPath.class.getClassLoader())
                    .getProtectionDomain()
                    .getCodeSource();
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (ReflectiveOperationException | URISyntaxException missing) {
            throw new IllegalStateException("the jar of " + name + " cannot be found", missing);
        }
    }

    private static Path pack(Path folder) {
        try {
            Path jar = Files.createTempFile("godwit-classes", ".jar");
            jar.toFile().deleteOnExit();
            if (!jar.toFile().setReadable(true, false)) { // a launcher may give the JVM a user of its own
                throw new IOException(jar + " cannot be made readable");
            }
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                    Stream<Path> files = Files.walk(folder)) {
                out.setLevel(0);
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    out.putNextEntry(new JarEntry(folder.relativize(file).toString()));
                    Files.copy(file, out);
                }
            }
            return jar;
        } catch (IOException failed) {
            throw new UncheckedIOException("the classes in " + folder + " cannot be packed into a jar", failed);
        }
    }
}
