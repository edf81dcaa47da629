package dev.faultline.inventory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.faultline.inventory", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String STOCK = "dev.faultline.inventory.stock";
    private static final String RESERVATION = "dev.faultline.inventory.reservation";

    @ArchTest static final ArchRule featuresDependOnTheJdkAndContractsOnly = classes().that()
            .resideInAnyPackage(STOCK, RESERVATION).should().onlyDependOnClassesThat()
            .resideInAnyPackage(STOCK, RESERVATION, "dev.faultline.contracts", "java.lang..", "java.util..",
                    "org.jspecify..");

    @ArchTest static final ArchRule stockDoesNotDependOnReservations = noClasses().that().resideInAPackage(STOCK + "..")
            .should()
            .dependOnClassesThat().resideInAPackage(RESERVATION + "..");

    @ArchTest static final ArchRule reservationsDoNotDependOnStock = noClasses().that().resideInAPackage(RESERVATION
            + "..")
            .should().dependOnClassesThat().resideInAPackage(STOCK + "..");

    @ArchTest static final ArchRule domainHasNoClockAndNoRandomness = noClasses().that().resideInAnyPackage(STOCK,
            RESERVATION)
            .should().dependOnClassesThat()
            .resideInAnyPackage("java.time..", "java.util.concurrent..", "java.util.random..");
}
