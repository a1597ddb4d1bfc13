package io.godwit.ceprules.engine;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Visits every object of a parsed statement once. What a field holds cannot be missed, whichever getters there are. */
final class SodaWalk {
    static final String SODA = "com.espertech.esper.common.client.soda";

    private final Set<Object> visited = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Consumer<Object> visitor;

    private SodaWalk(Consumer<Object> visitor) {
        this.visitor = visitor;
    }

    /** Hands each soda object, enums apart, to the visitor, parents first. */
    static void visit(Object statement, Consumer<Object> visitor) {
        new SodaWalk(visitor).walk(statement);
    }

    private void walk(Object object) {
        switch (object) {
            case null -> {}
            case Collection<?> many -> many.forEach(this::walk);
            case Map<?, ?> map -> {
                map.keySet().forEach(this::walk);
                map.values().forEach(this::walk);
            }
            case Object[] many -> {
                for (Object one : many) {
                    walk(one);
                }
            }
            case Enum<?> _ -> {}
            default -> {
                if (object.getClass().getPackageName().equals(SODA) && visited.add(object)) {
                    visitor.accept(object);
                    walkFields(object);
                }
            }
        }
    }

    private void walkFields(Object object) {
        for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    walk(valueOf(field, object));
                }
            }
        }
    }

    private static Object valueOf(Field field, Object object) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(field + " cannot be read, so the rule cannot be judged", impossible);
        }
    }
}
