package dev.faultline.protocols;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What is copied must stand alone, and what is simulated must not know what time it is. */
@AnalyzeClasses(packages = "dev.faultline.protocols", importOptions = DoNotIncludeTests.class)
class LayersTest {
    @ArchTest static final ArchRule packagesHaveNoCycle = slices().matching("dev.faultline.protocols.(*)..").should()
            .beFreeOfCycles();

    @ArchTest static final ArchRule checkersDoNotKnowTheProtocols = noClasses().that().resideInAPackage("..checking..")
            .should()
            .dependOnClassesThat().resideOutsideOfPackages("java..", "org.jspecify..", "..checking..", "..schedules..");

    @ArchTest static final ArchRule nothingDependsOnTheClockOrOtherRandomness = noClasses().should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random").orShould().dependOnClassesThat().haveFullyQualifiedName(
                    "java.util.UUID")
            .orShould().dependOnClassesThat().resideInAPackage("java.time..").orShould().callMethod(System.class,
                    "currentTimeMillis")
            .orShould().callMethod(System.class, "nanoTime").orShould().callMethod(Math.class, "random");
}
