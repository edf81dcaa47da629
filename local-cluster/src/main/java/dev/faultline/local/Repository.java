package dev.faultline.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;

/** The directory in which the modules were built: given by the script, or the nearest parent directory that has them. */
public final class Repository {
    private Repository() {}

    public static Path find() {
        String named = System.getProperty("faultline.repository");
        if (named != null) {
            return Path.of(named).toAbsolutePath();
        }
        Path here = Path.of("").toAbsolutePath();
        return Stream.<Path>iterate(here, directory -> directory != null, Path::getParent)
                .filter(directory -> Files.exists(directory.resolve("local-cluster").resolve("pom.xml"))).findFirst()
                .orElseThrow(() -> new FaultlineException(
                        here + " is not inside Faultline's repository. Change into it, or use its ./faultline."));
    }
}
