package dev.faultline.experiments.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrencyResultTest {
    private static final ConcurrencyResult.Sale CONTROL = sale(Strategy.READ_MODIFY_WRITE, 150, 100, 50);

    private static ConcurrencyResult.Sale sale(Strategy strategy, long sold, long taken, long oversold) {
        return new ConcurrencyResult.Sale(strategy, 4, 100, sold, taken, oversold, 20, 1, sold, new Spread(sold, 1, 2,
                3));
    }

    private static ConcurrencyResult result(ConcurrencyResult.Sale... sales) {
        return new ConcurrencyResult("2026-01-01T00:00:00Z", 2, 100, 5, List.of(sales));
    }

    @Test
    void holdsIfOnlyTheControlOversells() {
        assertThat(result(CONTROL, sale(Strategy.PESSIMISTIC, 100, 100, 0)).verdict()).isEqualTo(Verdict.HELD);
    }

    @Test
    void saysNothingWithoutAControlThatOversold() {
        assertThat(result(sale(Strategy.READ_MODIFY_WRITE, 100, 100, 0)).verdict()).isEqualTo(Verdict.SAYS_NOTHING);
        assertThat(result(sale(Strategy.PESSIMISTIC, 100, 100, 0)).verdict()).isEqualTo(Verdict.SAYS_NOTHING);
    }

    @Test
    void isViolatedByAnOversoldAndByALostUnit() {
        assertThat(result(CONTROL, sale(Strategy.OPTIMISTIC, 101, 100, 1)).verdict()).isEqualTo(Verdict.VIOLATED);
        assertThat(result(CONTROL, sale(Strategy.OPTIMISTIC, 99, 100, 0)).verdict()).isEqualTo(Verdict.VIOLATED);
    }

    @Test
    void countedStockIsOfFewUnitsEach() {
        assertThat(Strategy.PESSIMISTIC.units(25)).containsExactly(25);
        assertThat(Strategy.COUNTED_SERIALIZABLE.units(25)).containsExactly(10, 10, 5);
    }

    @Test
    void writesAPage(@TempDir Path directory) throws Exception {
        Path page = ConcurrencyReport.write(result(CONTROL), directory, "result");
        assertThat(Files.readString(page)).contains("class=\"good\"", "50 oversold");
        assertThat(directory.resolve("result.json")).content().contains("\"READ_MODIFY_WRITE\"");
    }
}
