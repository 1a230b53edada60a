"""Data for training: a CSV file or a name goes in; a data set, its parts and what a network reads come out.

splits         training, validation and test; folds; batches
table          named columns of cells, read as people have them
dataset        a table, the column to predict, and what that means
bundled        data sets at hand
sklearn_parts  scikit-learn's imputer, encoder and scaler, as JSON
preprocessing  from columns to the numbers a network reads, and back
targets        targets as numbers, and which ones a loss can take
"""

from nn.data.bundled import DATASETS, load
from nn.data.dataset import Dataset, dataset_of, load_csv
from nn.data.splits import DataError, batches, k_fold, split
from nn.data.table import Table, read_csv

__all__ = [
    "DATASETS",
    "DataError",
    "Dataset",
    "Table",
    "batches",
    "dataset_of",
    "k_fold",
    "load",
    "load_csv",
    "read_csv",
    "split",
]
