package io.godwit.ceprules.engine;

/**
 * Parent of the class loaders of deployed rules. Compiled rules are never on the class path, and a search through all its
 * files for each of their classes would take most of the time of a deployment.
 */
final class WithoutRules extends ClassLoader {
    static final ClassLoader LOADER = new WithoutRules();

    /** Where Esper's compiler puts its classes. */
    private static final String PACKAGE = "generated.";

    private WithoutRules() {
        super(WithoutRules.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith(PACKAGE)) {
            throw new ClassNotFoundException(name);
        }
        return super.loadClass(name, resolve);
    }
}
