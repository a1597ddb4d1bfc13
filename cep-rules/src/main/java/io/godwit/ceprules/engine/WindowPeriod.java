package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.soda.ConstantExpression;
import com.espertech.esper.common.client.soda.Expression;
import com.espertech.esper.common.client.soda.TimePeriodExpression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long a period of a statement is, as in 1 min 30 sec. */
final class WindowPeriod {
    static final Duration MAX = Duration.ofHours(1);

    private WindowPeriod() {}

    /**
     * Reads the only parameter of a window, guard or timer; in whole seconds, rounded up.
     *
     * @param word what it is the parameter of, as it stands in the text
     */
    static Duration of(List<Expression> parameters, String word, ModuleItem item) {
        if (parameters.size() != 1 || !(parameters.getFirst() instanceof TimePeriodExpression period)) {
            throw Place.of(item, word).refuse(word + " wants one period with a unit, as in " + word + "(60 sec)");
        }
        Duration length = Duration.ZERO;
        List<Expression> values = List.copyOf(period.getChildren());
        List<Long> unitMillis = new ArrayList<>();
        for (UnitOf unit : UnitOf.values()) {
            if (unit.in(period)) {
                unitMillis.add(unit.millis);
            }
        }
        for (int i = 0; i < values.size(); i++) {
            if (!(values.get(i) instanceof ConstantExpression constant)
                    || !(constant.getConstant() instanceof Number number)
                    || i >= unitMillis.size()) {
                throw Place.of(item, word)
                        .refuse("the period of " + word + " must be numbers with units up to hours, as in " + word
                                + "(60 sec)");
            }
            length = length.plusMillis(Math.round(Math.ceil(number.doubleValue() * unitMillis.get(i))));
        }
        if (length.compareTo(Duration.ofMillis(1)) < 0 || length.compareTo(MAX) > 0) {
            throw Place.of(item, word).refuse(word + " is " + length + " long; give above 0 to " + MAX);
        }
        return Duration.ofSeconds(Math.ceilDiv(length.toMillis(), 1000));
    }

    /** Units of a period in the order in which Esper lists their numbers. */
    private enum UnitOf {
        DAYS(86_400_000L),
        HOURS(3_600_000L),
        MINUTES(60_000L),
        SECONDS(1000L),
        MILLISECONDS(1L);

        private final long millis;

        UnitOf(long millis) {
            this.millis = millis;
        }

        private boolean in(TimePeriodExpression period) {
            return switch (this) {
                case DAYS -> period.isHasDays();
                case HOURS -> period.isHasHours();
                case MINUTES -> period.isHasMinutes();
                case SECONDS -> period.isHasSeconds();
                case MILLISECONDS -> period.isHasMilliseconds();
            };
        }
    }
}
