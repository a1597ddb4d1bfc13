package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.EPCompiled;
import com.espertech.esper.runtime.client.DeploymentOptions;
import com.espertech.esper.runtime.client.EPDeployException;
import com.espertech.esper.runtime.client.EPDeployment;
import com.espertech.esper.runtime.client.EPRuntime;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * The classes of one compiled rule. Esper keeps what belongs to a deployment in static fields of some of them, so a class
 * loader serves one runtime at a time; it is lent, and lent again when that runtime has ended, with what the JVM has linked
 * and compiled in it: loading them anew costs more than all else in the life of a short-lived runtime. Each deployment sets
 * those fields again.
 */
public final class RuleClasses {
    /** As many ended runtimes as one process may have at once; beyond it, their classes are unloaded. */
    private static final int KEPT = 64;

    private final EPCompiled compiled;
    private final Queue<Loader> free = new ArrayBlockingQueue<>(KEPT);

    RuleClasses(EPCompiled compiled) {
        this.compiled = compiled;
    }

    EPCompiled compiled() {
        return compiled;
    }

    /** A deployment, and the loan of its classes, to be closed after its runtime is destroyed. */
    record Deployed(EPDeployment deployment, Runnable giveBack) {}

    Deployed deploy(EPRuntime runtime) throws EPDeployException {
        Loader lent = free.poll();
        Loader loader = lent == null ? new Loader(compiled) : lent;
        EPDeployment deployment = runtime.getDeploymentService()
                .deploy(compiled, new DeploymentOptions().setDeploymentClassLoaderOption(_ -> loader));
        return new Deployed(deployment, () -> free.offer(loader));
    }

    /** Lets go of what is not lent: static fields of those classes may still hold all that their last runtime kept. */
    public void unload() {
        free.clear();
    }

    /**
     * Esper puts a loader of its own before this one, asks its parent first as loaders do, and so never defines a class. Names
     * of compiled rules are not asked of the class path: a search through all its files would take most of a deployment.
     */
    private static final class Loader extends ClassLoader {
        /** Where Esper's compiler puts its classes. */
        private static final String PACKAGE = "generated.";

        private final EPCompiled compiled;

        Loader(EPCompiled compiled) {
            super(RuleClasses.class.getClassLoader());
            this.compiled = compiled;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = compiled.getClasses().get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
