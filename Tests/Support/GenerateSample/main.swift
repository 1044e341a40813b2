// Writes the bundled sample's lines to standard output; see configs/samples/README.md.
import HomeNetwork

for line in SampleDay.lines() {
    print(line)
}
