package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.common.client.configuration.common.ConfigurationCommon;
import com.espertech.esper.common.client.configuration.common.ConfigurationCommonEventTypeBean;
import com.espertech.esper.common.client.util.AccessorStyle;
import com.espertech.esper.common.client.util.ClassForNameProvider;
import io.godwit.ceprules.observations.HostLoss;
import io.godwit.ceprules.observations.HostSample;
import io.godwit.ceprules.observations.ObservationView;
import io.godwit.ceprules.observations.Probe;
import io.godwit.ceprules.observations.Sweep;
import io.godwit.ceprules.observations.VmNews;
import io.godwit.ceprules.observations.VmSeen;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How Esper is set up. Rules see the views' own properties and nothing else of Java: no imports, no inlined classes, no
 * scripts, no class outside a short list. That alone is no sandbox; {@link EplAllowList} is the other half.
 */
final class EngineSettings {
    /** Event types by the names that rules use. */
    static final Map<String, Class<? extends ObservationView>> VIEWS = new TreeMap<>(Map.of(
            "HostSample", HostSample.class,
            "VmNews", VmNews.class,
            "VmSeen", VmSeen.class,
            "Probe", Probe.class,
            "HostLoss", HostLoss.class,
            "Sweep", Sweep.class));

    /** What operators' rules do not see: facts of our own fold, and the events that exist only because of it. */
    private static final Set<String> OURS = Set.of(
            "overloaded",
            "underloaded",
            "crashed",
            "doubted",
            "watched",
            "watchedFloor",
            "lastObservation",
            "lastWatched",
            "lastPeriodMillis",
            "lastMonitor");

    private static final Set<String> OPERATORS_VIEWS = Set.of("HostSample", "VmNews", "Probe", "HostLoss", "Sweep");

    private static final Set<String> CLASSES = Set.of(
            "java.lang.String",
            "java.lang.Long",
            "java.lang.Integer",
            "java.lang.Boolean",
            "java.lang.Double",
            "long",
            "int",
            "boolean",
            "double",
            "string",
            "java.lang.Object",
            "java.lang.Number");

    private EngineSettings() {}

    /** For the rules that come with the product. */
    static Configuration forBuiltIn() {
        Configuration settings = base(VIEWS.keySet(), Set.of(), Set.of(Says.class.getName()));
        settings.getCompiler().addPlugInSingleRowFunction("say", Says.class.getName(), "say");
        settings.getRuntime().getExecution().setDisableLocking(true); // one thread feeds a segment
        return settings;
    }

    /** For operators' rules. */
    static Configuration forOperators() {
        return base(OPERATORS_VIEWS, OURS, Set.of());
    }

    /** Properties of an operators' event type, by name; empty for a type that they may not use. */
    static List<String> operatorsProperties(String view) {
        return OPERATORS_VIEWS.contains(view)
                ? getters(VIEWS.get(view)).stream()
                        .map(EngineSettings::property)
                        .filter(name -> !OURS.contains(name))
                        .toList()
                : List.of();
    }

    static Set<String> operatorsViews() {
        return OPERATORS_VIEWS;
    }

    private static Configuration base(Set<String> views, Set<String> hidden, Set<String> moreClasses) {
        Configuration settings = new Configuration();
        settings.getCommon().getImports().clear();
        settings.getCommon().addImport(ConfigurationCommon.ANNOTATION_IMPORT);
        for (String view : views) {
            ConfigurationCommonEventTypeBean bean = new ConfigurationCommonEventTypeBean();
            bean.setAccessorStyle(AccessorStyle.EXPLICIT);
            for (Method getter : getters(VIEWS.get(view))) {
                if (!hidden.contains(property(getter))) {
                    bean.addMethodProperty(property(getter), getter.getName());
                }
            }
            settings.getCommon().addEventType(view, VIEWS.get(view).getName(), bean);
        }
        Set<String> allowed = VIEWS.values().stream().map(Class::getName).collect(Collectors.toSet());
        settings.getCommon().getTransientConfiguration().put(ClassForNameProvider.NAME, (ClassForNameProvider) name -> {
            if (CLASSES.contains(name)
                    || allowed.contains(name)
                    || moreClasses.contains(name)
                    || name.startsWith("com.espertech.esper.common.client.annotation.")
                    || name.startsWith("com.espertech.esper.common.internal.")) {
                return Class.forName(name);
            }
            throw new ClassNotFoundException(name + " may not be used in a rule");
        });
        settings.getCompiler().getByteCode().setAllowInlinedClass(false);
        settings.getCompiler().getByteCode().setAllowSubscriber(false);
        settings.getCompiler().getScripts().setEnabled(false);
        settings.getRuntime().getThreading().setInternalTimerEnabled(false);
        settings.getRuntime().getThreading().setListenerDispatchPreserveOrder(false);
        return settings;
    }

    private static List<Method> getters(Class<?> view) {
        List<Method> getters = new ArrayList<>();
        for (Method method : view.getDeclaredMethods()) {
            if (method.getParameterCount() == 0
                    && (method.getName().startsWith("get") || method.getName().startsWith("is"))) {
                getters.add(method);
            }
        }
        getters.sort(Comparator.comparing(Method::getName));
        return getters;
    }

    private static String property(Method getter) {
        String bare = getter.getName().substring(getter.getName().startsWith("is") ? 2 : 3);
        return Character.toLowerCase(bare.charAt(0)) + bare.substring(1);
    }

    /** The allowed class names, for messages. */
    static String views() {
        return Arrays.toString(OPERATORS_VIEWS.stream().sorted().toArray());
    }
}
