package dev.faultline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.util.Set;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class ExecutedPlansTest {
    private final Database database = Postgres.shared().createDatabase();
    private final ExecutedPlans plans = ExecutedPlans.in(Postgres.shared(), database);

    @Test
    void reportsWhatAStatementReadsBeyondWhatItNeeds() throws Exception {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute("create table item (id int primary key, name int)");
            statement.execute("insert into item select n, n from generate_series(1, 100000) as n");
            statement.execute("analyze item");

            var byId = plans.during(() -> statement.execute("select name from item where id = 7"));
            var byName = plans.during(() -> statement.execute("select id from item where name = 7"));
            statement.execute("set enable_seqscan = off");
            var byNameInTheIndex = plans.during(() -> statement.execute(
                    "select name from item where name = 7 order by id"));
            statement.execute("create function item_of(int) returns int language plpgsql as"
                    + " $$ begin return (select id from item where name = $1); end $$");
            var inAFunction = plans.during(() -> statement.execute("select item_of(7)"));

            assertThat(byId).hasSize(1).allSatisfy(plan -> assertThat(plan.whatGrows(Set.of())).isEmpty());
            assertThat(byName).singleElement().satisfies(plan -> assertThat(plan.whatGrows(Set.of()))
                    .contains("reads all of item", "reads 99999 rows in vain"));
            assertThat(byNameInTheIndex).singleElement().satisfies(plan -> assertThat(plan.whatGrows(Set.of()))
                    .as("an index that is read from one end to the other").contains("reads 99999 rows in vain"));
            assertThat(inAFunction).anySatisfy(plan -> assertThat(plan.whatGrows(Set.of()))
                    .contains("reads 99999 rows in vain"));
        }
    }
}
