using System.Text;
using System.Xml.Linq;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Structure;

/// <summary>What the project promises of its own shape.</summary>
public class StructureTests
{
    private const int MostLines = 400, MostKernelLines = 700, MostMedianLines = 120, MostColumns = 160;

    private static readonly string[] Layers = ["Bloomery.Models.Default", "Bloomery.Numerics", "Bloomery.Formats", "Bloomery.Models", "Bloomery.Conversion",
        "Bloomery.Engine", "Bloomery.Cli"];

    [Fact]
    public void References_point_down()
    {
        string[] projects = [.. Directory.GetFiles(Path.Combine(TestPaths.Repository, "src"), "*.csproj", SearchOption.AllDirectories)];
        Assert.NotEmpty(projects);
        foreach (string project in projects)
        {
            int layer = LayerOf(project);
            foreach (XElement reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                int target = LayerOf(reference.Attribute("Include")!.Value.Replace('\\', '/'));
                Assert.True(target < layer, $"{Layers[layer]} refers to {Layers[target]}, which is not below it");
            }
        }
    }

    [Fact]
    public void Every_folder_of_code_is_in_structure_md()
    {
        string text = File.ReadAllText(Path.Combine(TestPaths.Repository, "docs", "structure.md"));
        // Folders of tests are those of the sources again: their projects are enough.
        string[] folders = [.. Sources().Select(file => Path.GetRelativePath(TestPaths.Repository, Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Select(folder => folder.StartsWith("tests/", StringComparison.Ordinal) ? string.Join('/', folder.Split('/').Take(2)) : folder).Distinct()
            .Order(StringComparer.Ordinal)];
        Assert.True(folders.Length > 10, "the sources were not found");
        string[] missing = [.. folders.Where(folder => !text.Contains($"`{folder}/`", StringComparison.Ordinal))];
        Assert.True(missing.Length == 0, $"docs/structure.md does not name: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Structure_md_names_no_folder_that_is_not_there()
    {
        string text = File.ReadAllText(Path.Combine(TestPaths.Repository, "docs", "structure.md"));
        string[] named = [.. System.Text.RegularExpressions.Regex.Matches(text, "`((?:src|tests|eng|docs|models|bench|samples)/[A-Za-z0-9_./-]*)/`")
            .Select(match => match.Groups[1].Value).Distinct()];
        Assert.NotEmpty(named);
        Assert.All(named, folder =>
            Assert.True(Directory.Exists(Path.Combine(TestPaths.Repository, folder)), $"docs/structure.md names {folder}/, which is not there"));
    }

    [Fact]
    public void Files_can_be_read_in_one_sitting()
    {
        (string File, int Lines)[] sizes = [.. Sources().Where(file => !file.EndsWith(".Data.cs", StringComparison.Ordinal))
            .Select(file => (Path.GetRelativePath(TestPaths.Repository, file), File.ReadLines(file).Count()))];
        Assert.True(sizes.Length > 50, "the sources were not found");
        string[] tooLong = [.. sizes.Where(size => size.Lines > Limit(size.File)).Select(size => $"{size.File} ({size.Lines})")];
        Assert.True(tooLong.Length == 0, $"too long: {string.Join(", ", tooLong)}");
        int median = sizes.Select(size => size.Lines).Order().ElementAt(sizes.Length / 2);
        Assert.True(median <= MostMedianLines, $"the median file has {median} lines");
    }

    /// <summary>Bytes, because they are never fewer than the columns of a letter, however a screen or a tool counts those.</summary>
    [Fact]
    public void Two_files_can_be_read_side_by_side()
    {
        string[] wide = [.. Sources().SelectMany(file => File.ReadLines(file)
            .Select((line, i) => (Line: line, Place: $"{Path.GetRelativePath(TestPaths.Repository, file)}:{i + 1}")))
            .Where(line => Encoding.UTF8.GetByteCount(line.Line) > MostColumns).Select(line => line.Place)];
        Assert.True(wide.Length == 0, $"{wide.Length} lines have more than {MostColumns} columns: {string.Join(", ", wide.Take(20))}");
    }

    private static int Limit(string file) => file.Replace('\\', '/').Contains("/Kernels/", StringComparison.Ordinal) ? MostKernelLines : MostLines;

    private static int LayerOf(string project)
    {
        int layer = Array.IndexOf(Layers, Path.GetFileNameWithoutExtension(project));
        Assert.True(layer >= 0, $"{project} has no place in the order of projects");
        return layer;
    }

    private static IEnumerable<string> Sources() => new[] { "src", "tests", "bench" }
        .SelectMany(root => Directory.EnumerateFiles(Path.Combine(TestPaths.Repository, root), "*.cs", SearchOption.AllDirectories))
        .Where(file => Path.GetRelativePath(TestPaths.Repository, file).Replace('\\', '/').Split('/') is var parts && !parts.Contains("bin")
            && !parts.Contains("obj"));
}
